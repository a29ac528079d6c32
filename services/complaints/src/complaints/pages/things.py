"""The pages of what follows a decision on a case: goods that come back, money, an improvement, a punishment."""

from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter

from complaints.api.readers import CASES, PAPERS
from complaints.domain.allowance import Allowance
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.parts.papers import Copy, PartCount, Settled
from complaints.domain.penalty import Penalty
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import PENALTY_READERS
from complaints.pages.decide import SignatureForms
from complaints.pages.words import (
    ACTION_STAGES,
    ALLOWANCE_STAGES,
    IMPROVING,
    METHODS,
    PENALTY_STAGES,
    RETURN_STAGES,
)
from complaints.store import Stores
from shared.calendar import Calendar
from shared.language import _, listed
from shared.pages.forms import Choice, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.thing import ShownThing, ThingPages, Titled, told_at
from shared.pages.words import DEPARTMENTS, money


def routes(
    stores: Stores, rules: Rules, signed: SignatureForms, asked: Sequence[APIRouter], render: Renderer
) -> Sequence[APIRouter]:
    """The page of each such thing; `signed` are the forms of those that are decided on elsewhere too."""
    pages = ThingPages(rules.calendar, render)
    about_actions = Forms("complaints", "/corrective-actions/{action_id}", asked, IMPROVING)

    async def causes(action: CorrectiveAction) -> Mapping[str, Filled]:
        """The root causes that an improvement may be planned against."""
        known = (await stores.cause_list()).all(rules.of(action).causes)
        return {"plan": Filled(offered={"cause_code": [Choice(each.code, each.title) for each in known]})}

    return (
        pages.of("returns", stores.returns, PAPERS, signed.returns, _return),
        pages.of("allowances", stores.allowances, PAPERS, signed.allowances, _allowance),
        pages.of("corrective-actions", stores.actions, CASES, about_actions, _action, causes),
        pages.of("penalties", stores.penalties, PENALTY_READERS, signed.penalties, _penalty),
    )


def _return(goods: GoodsReturn, _calendar: Calendar) -> ShownThing:
    """The note, what was counted, and where they differ; who signs or explains names what was read."""
    note, compared = goods.note, goods.compared
    filled: dict[str, Filled] = {}
    if note is not None:
        filled |= dict.fromkeys(("authorize", "send_back"), Filled(given={"paper": str(note.paper_id)}))
    if compared is not None:
        filled["settle_difference"] = Filled(given={"comparison": str(compared.comparison_id)})
    told = _("{part}：核准{approved}，收到{received}")
    differing = [told.format(**each.model_dump()) for each in goods.differences]
    vouchers = [f"{each.voucher_no} {money(each.credit)}".strip() for each in goods.postings]
    return ShownThing(
        _("退货单{no}").format(no=goods.return_no),
        _(RETURN_STAGES[goods.stage]),
        goods.possible,
        (
            *_of_case(goods.case),
            Titled(_("退货方式"), _(METHODS[note.method]) if note else ""),
            Titled(_("依据"), note.basis if note else ""),
            Titled(_("退回的货物"), _counted(note.lines if note else ())),
            Titled(_("已收到"), _counted(goods.received)),
            Titled(_("数量不符"), listed(differing) if goods.receipts else ""),
            Titled(_("入账凭证"), listed(vouchers)),
            *_copies(goods.copies),
        ),
        (
            Titled(_("退货原因"), note.reason if note else ""),
            *(Titled(_("被退回的原因"), each) for each in goods.sent_back),
            *(Titled(_("差异说明"), each.text) for each in goods.explanations),
        ),
        filled,
        customer=goods.case.about.customer.customer_id,
        papers={_("打印退货单"): f"/complaints/ui/papers/returns/{goods.id}"} if note else {},
    )


def _allowance(paper: Allowance, _calendar: Calendar) -> ShownThing:
    """The certificate, and where its two copies are; who countersigns names what was read."""
    drawn = paper.drawn
    seen = Filled(given={"paper": str(drawn.paper_id)}) if drawn else Filled()
    return ShownThing(
        _("销货折扣证明单{no}").format(no=paper.certificate_no),
        _(ALLOWANCE_STAGES[paper.stage]),
        paper.possible,
        (
            *_of_case(paper.case),
            Titled(_("入账凭证"), paper.posted.voucher_no if paper.posted else ""),
            *_copies(paper.copies),
        ),
        (Titled(_("折让原因"), paper.reason or ""), *(Titled(_("被退回的原因"), each) for each in paper.sent_back)),
        dict.fromkeys(("countersign", "send_back"), seen),
        customer=paper.case.about.customer.customer_id,
        papers={_("打印证明单"): f"/complaints/ui/papers/allowances/{paper.id}"} if drawn else {},
    )


def _action(action: CorrectiveAction, calendar: Calendar) -> ShownThing:
    """The attempts, the last one first; who verifies names the one that was examined."""
    last = action.attempts[-1] if action.attempts else None
    results = {None: "", True: _("有效"), False: _("无效")}
    texts = []
    for each in reversed(action.attempts):
        planned = _("改什么，{who}定于{due}前").format(who=each.planned.by, due=told_at(each.due_at, calendar))
        texts += [
            Titled(planned, each.action),
            Titled(_("验证：{result}").format(result=results[each.effective]), each.finding or ""),
        ]
    return ShownThing(
        _("{department}的改进").format(department=_(DEPARTMENTS[action.department])),
        _(ACTION_STAGES[action.stage]),
        action.possible,
        (
            Titled(_("投诉"), action.case.complaint_no),
            Titled(_("根本原因"), action.cause_code or ""),
            Titled(_("执行"), last.carried_out.by if last and last.carried_out else ""),
            Titled(_("观察到"), told_at(action.watched_until, calendar)),
            Titled(_("再次发生"), listed(action.recurred_in)),
        ),
        texts,
        {"verify": Filled(given={"attempt": str(last.attempt_id)})} if last else {},
    )


def _penalty(penalty: Penalty, calendar: Calendar) -> ShownThing:
    decided = penalty.decided
    return ShownThing(
        _("处分：{title}").format(title=penalty.title),
        _(PENALTY_STAGES[penalty.stage]),
        penalty.possible,
        (
            Titled(_("投诉"), penalty.case.complaint_no),
            Titled(_("受处分人"), penalty.what.target),
            Titled(_("部门"), _(DEPARTMENTS[penalty.what.department])),
            Titled(_("金额"), money(penalty.what.amount)),
            Titled(_("提出"), f"{penalty.proposed_by} {told_at(penalty.proposed_at, calendar)}"),
            Titled(_("批示"), f"{decided.by} {told_at(decided.at, calendar)}" if decided else ""),
            Titled(_("通知编号"), penalty.notice_no or ""),
        ),
        (Titled(_("处分原因"), penalty.reason), Titled(_("批示内容"), penalty.note)),
        papers={_("打印奖罚通知单"): f"/complaints/ui/papers/penalties/{penalty.id}"},
    )


def _of_case(case: Settled) -> Sequence[Titled]:
    return (
        Titled(_("投诉"), case.about.complaint_no),
        Titled(_("客户"), case.about.customer.name),
        Titled(_("核定金额"), money(case.approved)),
        Titled(_("处理决定"), case.decision),
    )


def _counted(lines: Iterable[PartCount]) -> str:
    return listed([f"{each.part} × {each.quantity}" for each in lines])


def _copies(copies: Iterable[Copy]) -> Sequence[Titled]:
    states = {True: _("已办"), False: _("未办")}
    return [Titled(_("第{n}联").format(n=each.number), f"{each.task} {states[each.done]}") for each in copies]
