"""The papers by which money and goods go back after a case: two copies of one, four of the other (003 §29.1)."""

from complaints.domain.allowance import Allowance
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.parts.papers import Copy, Holder, Settled
from shared.pages.papers import Box, Boxes, Grid, Paper, Press, ticked
from shared.pages.words import money

HOLDERS: dict[Holder, str] = {"sales": "销售部", "warehouse": "仓储部", "finance": "财务部"}
METHODS = {"return": "退货", "rework": "返修"}
_FIGURES = "一二三四"


def certificate(paper: Allowance, press: Press) -> Paper:
    """A discount certificate: the granted amount, the sales VP's signature and the customer's stamp."""
    return Paper(
        "销货折扣证明单",
        paper.certificate_no,
        (
            *_case(paper.case),
            (Box("折让原因", paper.reason or "", tall=True, signed=press.signed(paper.drawn)),),
            (Box("销售副总会签", signed=press.signed(paper.countersigned)),),
            (Box("客户签章", "收到以上折让，特此证明。", signed=press.signed(paper.stamped)),),
            (Box("财务作账", paper.posted.voucher_no if paper.posted else "", signed=press.signed(paper.posted)),),
        ),
        copies=_copies(paper.copies),
        note="凭处理决定开具；客户签章后方可作账。",
    )


def return_note(paper: GoodsReturn, press: Press) -> Paper:
    """A return note: what comes back, what was counted, and what differs."""
    note, received = paper.note, {each.part: each.quantity for each in paper.received}
    named = {line.part: line.quantity for line in note.lines} if note else {}
    rows = tuple(
        (part, _count(named.get(part)), _count(received.get(part)), _difference(named.get(part), received.get(part)))
        for part in dict.fromkeys((*named, *received))
    )
    arrivals = "；".join(f"{each.signed_by} {press.at(each.received_at)}" for each in paper.receipts)
    explained = "；".join(each.text for each in paper.explanations)
    vouchers = "；".join(each.voucher_no for each in paper.postings)
    return Paper(
        "产品退货单",
        paper.return_no,
        (
            *_case(paper.case),
            (Box("方式", ticked(METHODS, note.method if note else None)), Box("依据", note.basis if note else "")),
            (Box("退货原因", note.reason if note else "", signed=press.signed(note)),),
            Grid("退货明细", ("产品", "核准数量", "实收数量", "差异"), rows, frozenset({1, 2, 3})),
            (Box("销售副总核准", signed=press.signed(paper.authorized)),),
            (Box("仓储签收", signed=arrivals),),
            (Box("差异说明", explained),),
            (Box("财务核对", signed=press.signed(paper.compared)),),
            (Box("转账凭证", vouchers, signed=press.signed(paper.postings[-1]) if paper.postings else ""),),
        ),
        copies=_copies(paper.copies),
        note="未经核准不得收货；实收与核准不符须先说明，再转账。",
    )


def _case(case: Settled) -> tuple[Boxes, ...]:
    about = case.about
    return (
        (Box("客户", about.customer.name), Box("投诉编号", about.complaint_no)),
        (Box("订单", case.concerning.order_no or ""), Box("核准金额", money(case.approved))),
        (Box("处理决定", case.decision),),
    )


def _copies(copies: tuple[Copy, ...]) -> tuple[str, ...]:
    return tuple(f"第{_FIGURES[copy.number - 1]}联　{HOLDERS[copy.holder]}　{copy.task}" for copy in copies)


def _count(quantity: int | None) -> str:
    return "" if quantity is None else str(quantity)


def _difference(named: int | None, received: int | None) -> str:
    if received is None:
        return ""
    return f"{received - (named or 0):+d}" if received != (named or 0) else "0"
