"""How an order becomes known to complaints (placed, under contract, shipped), and what comes back of it."""

from collections import Counter

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.checks import must_be_worth, must_come_back_once
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.known_order import Granting, KnownGoods, KnownOrder, KnownShipment, Returning
from complaints.domain.parts.papers import PartCount, added_up
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


def grant(order: KnownOrder, approved: Complaint, others: tuple[Complaint, ...], cause: Cause) -> Change[KnownOrder]:
    """Keep for a case what it grants of the order at most, so that no other case grants the same worth again.

    `approved` is the case as it would be with the approval. Refused for more than the goods that were delivered are
    worth (`above_delivered`), or than the other cases leave of it (`granted_already`).
    """
    must_be_worth(approved.verdicts[-1].offered, order, approved, others, "option")
    assert approved.number is not None
    assert approved.granted is not None
    kept = Granting(complaint_no=approved.number, amount=approved.granted)
    rest = (each for each in order.granting if each.complaint_no != approved.number)
    return Change(order.but(granting=(*rest, kept)))


def take_back(
    order: KnownOrder, goods: GoodsReturn, lines: tuple[PartCount, ...], others: tuple[GoodsReturn, ...], cause: Cause
) -> Change[KnownOrder]:
    """Keep for a return note what it takes back of the order, so that no other note takes back the same goods.

    A note that is drawn up twice with different quantities before it is sent back keeps the larger ones. Refused for
    more of a part than was ordered (`beyond_order`) or than the other notes left (`returned_already`).
    """
    must_come_back_once(lines, goods, order, others)
    attempt, wanted = len(goods.sent_back), Counter({line.part: line.quantity for line in lines})
    for each in order.returning:
        if (each.return_no, each.attempt) == (goods.return_no, attempt):
            wanted |= added_up(each.lines, order.products)
    kept = tuple(PartCount(part=part, quantity=wanted[part]) for part in sorted(wanted))
    taken = Returning(return_no=goods.return_no, attempt=attempt, lines=kept)
    rest = tuple(each for each in order.returning if each.return_no != goods.return_no)
    return Change(order.but(returning=(*rest, taken)))


def let_go(order: KnownOrder, goods: GoodsReturn, cause: Cause) -> Change[KnownOrder]:
    """A return note was sent back: other notes may take back what it had named before."""
    still = tuple(
        each for each in order.returning if each.return_no != goods.return_no or each.attempt >= len(goods.sent_back)
    )
    return Change(order.but(returning=still))
