"""How the goods are packed: what is needed, what is printed outside, and that it is confirmed."""

from orders.domain.decisions.duty import follow_duties
from orders.domain.order import Order
from orders.domain.parts.packaging import Material, PackedItem, PackingMaterial
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.orders import PackagingConfirmed


def plan_packaging(order: Order, materials: tuple[PackingMaterial, ...], rules: Rules, cause: Cause) -> Change[Order]:
    """The stock of boxes, manuals and labels is checked, and what it lacks is printed outside (004 三2(2)).

    A later plan replaces it; what has come in stays so. Refused: `illegal_transition`, and `nobody_prints` where stock
    lacks something and no printer and no day are named for it.
    """
    order.lifecycle.must(order.stage, "plan_packaging")
    planned = tuple(_planned(order, each) for each in materials)
    if unprinted := [each.item for each in planned if each.awaited and not (each.printer and each.expected_on)]:
        raise Refused(
            f"stock lacks {', '.join(unprinted)}: name who prints it, and by when", "nobody_prints", "materials"
        )
    return follow_duties(order.but(works=order.works.but(materials=planned)), rules, cause)


def _planned(order: Order, material: PackingMaterial) -> Material:
    known = order.works.material(material.item)
    return Material(
        item=material.item,
        quantity=material.quantity,
        in_stock=material.in_stock,
        printer=material.printer,
        expected_on=material.expected_on,
        came_on=known.came_on if known else None,
    )


def receive_packaging(order: Order, item: str, rules: Rules, cause: Cause) -> Change[Order]:
    """What was printed outside has come in. Refused: `illegal_transition`, `not_awaited`."""
    order.lifecycle.must(order.stage, "receive_packaging")
    material = order.works.material(item)
    if material is None or not material.awaited:
        raise Refused(f"no {item} of this order is awaited from a printer", "not_awaited", "item")
    others = tuple(each for each in order.works.materials if each.item != item)
    came = material.but(came_on=rules.calendar.day(cause.at))
    return follow_duties(order.but(works=order.works.but(materials=(*others, came))), rules, cause)


def pack(order: Order, items: tuple[PackedItem, ...], volume_litres: int, rules: Rules, cause: Cause) -> Change[Order]:
    """Boxes, manuals and labels are confirmed, and how much room they take on a vehicle (004 三2(2)).

    Refused: `illegal_transition`, and `packaging_awaited` while something is printed outside and has not come in.
    """
    order.lifecycle.must(order.stage, "pack")
    if awaited := [each.item for each in order.works.awaited_materials]:
        raise Refused(f"{', '.join(awaited)} is still at the printer's; receive it first", "packaging_awaited")
    packed = order.but(works=order.works.but(packed=items, volume_litres=volume_litres))
    event = PackagingConfirmed.of(
        order.named,
        items=tuple(f"{item.item} × {item.quantity}" for item in items),
        volume_litres=volume_litres,
        confirmed_by=cause.actor.id,
    )
    return Change(packed, (event,)).then(lambda order: follow_duties(order, rules, cause))
