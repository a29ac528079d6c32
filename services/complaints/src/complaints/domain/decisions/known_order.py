"""How an order becomes known to complaints: placed, under contract, shipped."""

from complaints.domain.known_order import KnownGoods, KnownOrder, KnownShipment
from complaints.domain.parts.papers import PartCount
from shared.aggregate import Cause, Change
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import ContractAmended, ContractSigned, ShipmentDispatched


def know(order: KnownOrder, placed: OrderPlaced, cause: Cause) -> Change[KnownOrder]:
    """The order as it was placed, or placed anew. What its contract said meanwhile holds."""
    goods = tuple(
        KnownGoods(part=line.description, quantity=line.quantity, price=line.unit_price) for line in placed.lines
    )
    return Change(
        order.but(
            customer_id=placed.customer.customer_id,
            region=placed.region,
            goods=goods,
            total=order.total or placed.total,
            contract_no=order.contract_no or placed.contract_no,
            contract_date=order.contract_date or placed.contract_date,
        )
    )


def know_contract(order: KnownOrder, signed: ContractSigned, cause: Cause) -> Change[KnownOrder]:
    """Number, date and worth of the signed contract."""
    return Change(
        order.but(contract_no=signed.contract_no, contract_date=signed.signed_on, total=signed.total or order.total)
    )


def know_amendment(order: KnownOrder, amended: ContractAmended, cause: Cause) -> Change[KnownOrder]:
    """The contract's worth after an amendment; one that does not change it leaves it."""
    return Change(order.but(contract_no=amended.contract_no, total=amended.total or order.total))


def know_shipment(order: KnownOrder, left: ShipmentDispatched, cause: Cause) -> Change[KnownOrder]:
    """What left and when; a further revision of a shipment takes the place of the one before."""
    lines = tuple(PartCount(part=each.what, quantity=each.quantity) for each in left.parts)
    shipment = KnownShipment(shipment_id=left.shipment_id, left_at=left.left_at, lines=lines)
    others = tuple(each for each in order.shipments if each.shipment_id != left.shipment_id)
    return Change(order.but(shipments=(*others, shipment)))
