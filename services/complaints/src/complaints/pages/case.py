"""One case: its clocks, what is proposed and who may approve it, what comes next, and what its customer sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.api.history import goods_in_words, history
from complaints.api.readers import CASES, WHOLE
from complaints.domain.complaint import Complaint, waiting
from complaints.domain.parts.form import CHANNELS
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from complaints.domain.policy.standards import KnownCause
from complaints.pages.losses import loss_in_words
from complaints.pages.papers.of_case import FollowUps, papers_of
from complaints.pages.proposals import (
    BY_AMOUNT,
    Reader,
    Said,
    ShownProposal,
    decided_by_others,
    limit_of,
    shown_proposals,
    verdict_forms,
)
from complaints.pages.words import STAGES
from complaints.store import Stores
from shared.http import AskedBy, Router
from shared.identity.reach import as_read
from shared.language import _, ngettext
from shared.pages.forms import Choice, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.pages.timeline import PastMoment, timeline
from shared.pages.words import DEPARTMENTS, money

SHOWN_LATER = "核准后才显示"
SHOWN_WHEN_CLOSED = "结案后才显示"
MOST_OPTIONS = 10
"""As many options has a proposal at most."""
MOST_WITHOUT_CHOICE = 2
"""From so many approved solutions on, the customer's choice is asked for."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the house has under a title, and what the customer sees there; None for what no customer ever sees."""

    title: str
    inside: str
    outside: str | None


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The page of one case."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/complaints", include_in_schema=False)

    def said(at: datetime) -> str:
        return f"{rules.calendar.local(at):%m-%d %H:%M}"

    @router.get("/{complaint_id}", response_class=HTMLResponse)
    async def opened(complaint_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One case with its clocks, proposals, next decisions, history, and the customer's view beside the house's."""
        case, now = await stores.complaints.get(complaint_id), request.app.state.time.now()
        case = as_read(case, asker, WHOLE)
        policy = rules.of_or_on(case, now)
        authority, reader = policy.authority if case.policy_version else None, Reader.of(asker, case)
        proposals = shown_proposals(case, authority, reader.role, said) if authority else ()
        causes = (await stores.cause_list()).all(policy.causes)
        follow_ups, customer = await FollowUps.of(case, stores, asker), case.form.customer.customer_id
        filled, others = _filled(case, proposals, causes, policy), decided_by_others(case, proposals, reader)
        acts = forms.acts(case.possible, asker, case.id, filled, others, waiting(case), customer=customer)
        return render(
            "complaint.html",
            case=case,
            stage=_(STAGES[case.stage]),
            clocks=strip(case, rules.calendar, now),
            proposals=proposals,
            waits=case.stage == "proposed",
            own=reader.own,
            verdicts=[act for act in acts if act.form and act.form.decision in BY_AMOUNT],
            nexts=[act for act in acts if not (act.form and act.form.decision in BY_AMOUNT)],
            limit=limit_of(authority, reader.role) if authority and reader.role else "",
            authority=authority,
            compared=tuple(_compared(case, said)),
            papers=tuple(papers_of(case, follow_ups)),
            follow_ups=tuple(follow_ups.pages()),
            pictures=pictures_in(case),
            past=timeline(
                (PastMoment(step.at, step.what, step.by or "", step.words or "") for step in history(case)),
                rules.calendar.zone,
            ),
        )

    return router


def _filled(
    case: Complaint, proposals: tuple[ShownProposal, ...], causes: tuple[KnownCause, ...], policy: ComplaintPolicy
) -> dict[str, Filled]:
    """What the page knows of each form: what was seen, and what there is to choose from."""
    known = [Choice(each.code, each.title) for each in causes]
    losses = [
        Choice(each.code, _("{title}（{unit}）").format(title=each.title, unit=each.unit))
        for each in policy.losses.items
    ]
    numbers = [Choice(str(each), _("第{n}个").format(n=each + 1)) for each in range(MOST_OPTIONS)]
    found = {
        "identify_root_cause": Filled(offered={"code": known}),
        "assess_loss": Filled(offered={"items.code": losses}),
        "propose": Filled(offered={"preferred": numbers}),
        "accept": Filled(offered={"choice": _approved(case)}),
    }
    if case.appeal:
        found["decide_appeal"] = Filled(given={"petition": str(case.appeal.petition_id)})
    if case.submitted_loss:
        found["decide_loss"] = Filled(given={"loss": str(case.submitted_loss.loss_id)})
    if case.stage == "proposed":
        found |= verdict_forms(proposals[0])
    return found


def _approved(case: Complaint) -> list[Choice]:
    """The solutions that the customer may choose from; nothing is asked where one alone is approved."""
    offered = case.verdicts[-1].offered if case.verdicts else ()
    if len(offered) < MOST_WITHOUT_CHOICE:
        return []
    return [Choice(str(number), f"{number} {each.description}") for number, each in enumerate(offered, start=1)]


def _compared(case: Complaint, said: Said) -> Iterator[Compared]:
    """The house's form and the customer's view, line by line; of a draft the customer sees nothing."""
    form, view = case.form, CustomerView.of(case) if case.number and case.accepted_at else None
    seen = view.model_dump() if view else {}
    offered = _("；").join(view.choices) or view.solution or _(SHOWN_LATER) if view else ""
    received = said(form.received_at)
    yield Compared(_("编号"), case.number or _("草稿"), seen.get("complaint_no", ""))
    yield Compared(_("投诉人"), _in_a_row(form.complainant, form.customer.mobile), seen.get("complainant", ""))
    yield Compared(_("反映"), _in_a_row(received, _(CHANNELS[form.channel])), received if view else "")
    yield Compared(_("内容"), form.content, seen.get("content", ""))
    yield Compared(_("要求"), form.demand or _("未提"), seen.get("demand") or "")
    yield Compared(_("进展"), _(STAGES[case.stage]), seen.get("status", ""))
    yield Compared(_("方案"), _solution(case), offered)
    yield Compared(_("结果"), _result(case), (view.result or _(SHOWN_WHEN_CLOSED)) if view else "")
    yield from (Compared(title, inside, None) for title, inside in _inside(case))


def _in_a_row(*known: str | None) -> str:
    """What is known of several things, one after the other."""
    return _("，").join(filter(None, known))


def _solution(case: Complaint) -> str:
    if case.settlement:
        return _in_a_row(case.settlement.description, money(case.settlement.amount))
    if not case.proposals:
        return _("未拟")
    options = len(case.proposals[-1].options)
    return ngettext("{n}个，见上", "{n}个，见上", options).format(n=options)


def _result(case: Complaint) -> str:
    return (case.closing.result or _("已结案")) if case.closing else _("未结案")


def _inside(case: Complaint) -> Iterator[tuple[str, str]]:
    """What stays in the house."""
    form, judgement, liability = case.form, case.judgement, case.liability
    contract = _("合同{number}").format(number=form.contract_no) if form.contract_no else None
    yield _("订单"), _in_a_row(form.order_no, contract) or _("未注明")
    yield _("货品"), goods_in_words(form) or _("未注明")
    yield _("判定"), judgement.grounds if judgement else _("未判定")
    department = judgement.responsible_department if judgement else None
    yield _("责任"), liability.handling if liability else _(DEPARTMENTS[department]) if department else _("未核定")
    yield _("原因"), (case.investigation and case.investigation.cause) or _("未查明")
    yield _("损失"), loss_in_words(case)
    yield _("签注"), form.opinion or _("无")
