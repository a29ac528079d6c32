"""The blocks of form 1 as a page shows them: who writes each, what stands there, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aftersales.domain.parts.blocks import Block
from aftersales.domain.service_order import ServiceOrder
from aftersales.pages.words import BLOCKS, CAPACITIES
from shared.contracts.event import Instant
from shared.language import _
from shared.pages.words import money

WRITTEN_BY: dict[Block, str] = {
    "opinion": "运作主管",
    "fee": "客服部或财务部",
    "execution": "执行部门",
    "result": "客服部",
}


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of the form; without `text` it is not written yet."""

    title: str
    by: str
    text: str
    signed: str


def written_on(vouchers: Sequence[ServiceOrder]) -> ServiceOrder | None:
    """The voucher of a request on which form 1 goes on: the latest one that was not called off, else the latest."""
    return next((each for each in reversed(vouchers) if each.stage != "called_off"), vouchers[-1] if vouchers else None)


def blocks(order: ServiceOrder, zone: ZoneInfo) -> tuple[ShownBlock, ...]:
    """The four blocks behind the salesman's, in the form's order; of what was called off those with a text."""
    opinion, execution, result = order.opinion, order.execution, order.result_block

    def signed(by: str, at: Instant) -> str:
        return f"{by} {at.astimezone(zone):%m-%d %H:%M}"

    texts: dict[Block, tuple[str, str]] = {
        "opinion": (opinion.opinion, signed(opinion.by, opinion.at)) if opinion else ("", ""),
        "fee": _fee(order),
        "execution": (execution.opinion, signed(execution.by, execution.at)) if execution else ("", ""),
        "result": (result.feedback, signed(result.by, result.at)) if result else ("", ""),
    }
    shown = (ShownBlock(_(title), _(WRITTEN_BY[block]), *texts[block]) for block, title in BLOCKS.items())
    return tuple(each for each in shown if each.text or order.stage != "called_off")


def _fee(order: ServiceOrder) -> tuple[str, str]:
    if order.cost is None:
        return "", ""
    signed = (
        _("{capacity}{by}已签").format(capacity=_(CAPACITIES[each.capacity]), by=each.by)
        for each in order.fee_signatures
    )
    owed = (_("待{capacity}签").format(capacity=_(CAPACITIES[each])) for each in order.unsigned_by)
    total = _("合计{amount}").format(amount=money(order.cost.total))
    return total, _("，").join((*signed, *owed)) or order.cost.by
