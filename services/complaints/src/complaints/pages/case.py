"""One case: its clocks, what is proposed and who may approve it, what comes next, and what its customer sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.api.readers import CASES, WHOLE
from complaints.domain.complaint import Complaint
from complaints.domain.figures.history import history
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from complaints.domain.policy.standards import KnownCause
from complaints.pages.losses import loss_in_words
from complaints.pages.papers.of_case import papers_of
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
from complaints.pages.words import CHANNELS, STAGES
from complaints.store import Stores
from shared.http import AskedBy, Router
from shared.identity.reach import as_read
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
        customer = case.form.customer.customer_id
        filled, others = _filled(case, proposals, causes, policy), decided_by_others(case, proposals, reader)
        acts = forms.acts(case.possible, asker, case.id, filled, others, customer=customer)
        return render(
            "complaint.html",
            case=case,
            stage=STAGES[case.stage],
            clocks=strip(case, rules.calendar, now),
            proposals=proposals,
            waits=case.stage == "proposed",
            own=reader.own,
            verdicts=[act for act in acts if act.form and act.form.decision in BY_AMOUNT],
            nexts=[act for act in acts if not (act.form and act.form.decision in BY_AMOUNT)],
            limit=limit_of(authority, reader.role) if authority and reader.role else "",
            authority=authority,
            compared=tuple(_compared(case, said)),
            papers=[each async for each in papers_of(case, stores, asker)],
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
    losses = [Choice(each.code, f"{each.title}（{each.unit}）") for each in policy.losses.items]
    numbers = [Choice(str(each), f"第{each + 1}个") for each in range(MOST_OPTIONS)]
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
    mobile = f"，{form.customer.mobile}" if form.customer.mobile else ""
    seen = view.model_dump() if view else {}
    offered = "；".join(view.choices) or view.solution or SHOWN_LATER if view else ""
    yield Compared("编号", case.number or "草稿", seen.get("complaint_no", ""))
    yield Compared("投诉人", f"{form.complainant}{mobile}", seen.get("complainant", ""))
    yield Compared(
        "反映", f"{said(form.received_at)}，{CHANNELS[form.channel]}", said(form.received_at) if view else ""
    )
    yield Compared("内容", form.content, seen.get("content", ""))
    yield Compared("要求", form.demand or "未提", seen.get("demand") or "")
    yield Compared("进展", STAGES[case.stage], seen.get("status", ""))
    yield Compared("方案", _solution(case), offered)
    yield Compared("结果", _result(case), (view.result or SHOWN_WHEN_CLOSED) if view else "")
    yield from (Compared(title, inside, None) for title, inside in _inside(case))


def _solution(case: Complaint) -> str:
    if case.settlement:
        return f"{case.settlement.description}，{money(case.settlement.amount)}"
    return f"{len(case.proposals[-1].options)}个，见上" if case.proposals else "未拟"


def _result(case: Complaint) -> str:
    return (case.closing.result or "已结案") if case.closing else "未结案"


def _inside(case: Complaint) -> Iterator[tuple[str, str]]:
    """What stays in the house."""
    form, judgement, liability = case.form, case.judgement, case.liability
    yield "订单", "，".join(filter(None, (form.order_no, form.contract_no and f"合同{form.contract_no}"))) or "未注明"
    yield "判定", judgement.grounds if judgement else "未判定"
    department = judgement.responsible_department if judgement else None
    yield "责任", liability.handling if liability else DEPARTMENTS[department] if department else "未核定"
    yield "原因", (case.investigation and case.investigation.cause) or "未查明"
    yield "损失", loss_in_words(case)
    yield "签注", form.opinion or "无"
