"""One case: its clocks, what is proposed and who may approve it, what comes next, and what its customer sees of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.api.readers import CASES
from complaints.domain.complaint import Complaint
from complaints.domain.history import history
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Proposal
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.policy import Rules
from complaints.pages.words import CHANNELS, DECISIONS, DEPARTMENTS, REMEDIES, STAGES
from complaints.store import Complaints
from shared.aggregate import one_person
from shared.contracts.complaints import Remediation
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.pages.rendering import Renderer
from shared.pages.strip import strip

SHOWN_LATER = "核准后才显示"
SHOWN_WHEN_CLOSED = "结案后才显示"
BY_AMOUNT = "按金额，见方案"

Said = Callable[[datetime], str]
"""A moment in the company's zone."""


@dataclass(frozen=True, slots=True)
class Option:
    """One proposed solution; `roles` may approve its amount, and `may` says whether the reader may."""

    number: int
    kind: str
    description: str
    amount: str
    roles: str
    may: bool


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with its options and what became of it."""

    proposal: Proposal
    at: str
    options: tuple[Option, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What the house has under a title, and what the customer sees there; None for what no customer ever sees."""

    title: str
    inside: str
    outside: str | None


@dataclass(frozen=True, slots=True)
class Next:
    """A decision that the stage allows, who makes it, and whether the reader may."""

    what: str
    roles: str
    may: bool


def routes(complaints: Complaints, rules: Rules, render: Renderer) -> APIRouter:
    """The page of one case."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/complaints", include_in_schema=False)

    def said(at: datetime) -> str:
        return f"{rules.calendar.local(at):%m-%d %H:%M}"

    @router.get("/{complaint_id}", response_class=HTMLResponse)
    async def opened(complaint_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One case with its clocks, proposals, next decisions, history, and the customer's view beside the house's."""
        case = await complaints.get(complaint_id)
        authority = rules.of(case).authority if case.policy_version else None
        role, waits = _role(asker), case.stage == "proposed"
        proposals = _proposals(case, authority, role, said) if authority else ()
        own = waits and one_person(case.proposals[-1].proposed_by) == one_person(asker.id)
        may = waits and not own and any(option.may for option in proposals[0].options)
        return render(
            "complaint.html",
            case=case,
            stage=STAGES[case.stage],
            clocks=strip(case, rules.calendar, request.app.state.clock.now()),
            proposals=proposals,
            waits=waits,
            own=own,
            may_approve=may,
            may_reject=may and all(option.may for option in proposals[0].options),
            limit=_limit(authority, role) if authority and role else "",
            authority=authority,
            compared=tuple(_compared(case, said)),
            nexts=_nexts(case, asker, proposals, own=own),
            past=[(said(step.at), step.what, step.by or "") for step in reversed(history(case))],
            key=uuid4,
        )

    return router


def money(amount: Money) -> str:
    """An amount with its sign, its thousands and its cents."""
    sign = "¥" if amount.currency == "CNY" else f"{amount.currency} "
    return f"{sign}{amount.amount:,.2f}"


def _role(asker: Principal) -> Role | None:
    """The role in which the asker would decide: the first of theirs that the table lets in, as the API takes it."""
    return next((role for role in COMPLAINT.roles("approve") if role in asker.roles), None)


def _limit(authority: AuthorityMatrix, role: Role) -> str:
    """What the reader may approve, in words; empty for whom the matrix gives nothing."""
    limit = authority.limit(role)
    if limit is None:
        return "您可核决任何金额"
    return f"您可核决至{money(limit)}" if limit.amount else ""


def _proposals(case: Complaint, authority: AuthorityMatrix, role: Role | None, said: Said) -> tuple[ShownProposal, ...]:
    """The latest first."""
    return tuple(
        ShownProposal(
            proposal,
            said(proposal.at) if proposal.at else "",
            tuple(_option(number, each, authority, role) for number, each in enumerate(proposal.options, start=1)),
            _verdict(case, proposal, said),
        )
        for proposal in reversed(case.proposals)
    )


def _option(number: int, option: Remediation, authority: AuthorityMatrix, role: Role | None) -> Option:
    needed = authority.bands.index(authority.band(option.amount))
    roles = dict.fromkeys(each.chinese for band in authority.bands[needed:] for each in band.roles)
    may = role is not None and authority.allows(role, option.amount)
    return Option(number, REMEDIES[option.kind], option.description, money(option.amount), "、".join(roles), may)


def _verdict(case: Complaint, proposal: Proposal, said: Said) -> str:
    """What was decided on it, by whom and when; empty as long as it waits."""
    for verdict in case.verdicts:
        if verdict.proposal_id == proposal.proposal_id:
            what = f"核准：{verdict.option.description}" if verdict.option else "退回"
            note = f"；{verdict.note}" if verdict.note else ""
            return f"{said(verdict.at)} {verdict.approver}（{verdict.role.chinese}）{what}{note}"
    return ""


def _nexts(case: Complaint, asker: Principal, proposals: tuple[ShownProposal, ...], *, own: bool) -> list[Next]:
    """What people may decide now, what the reader may first. Who decides on a proposal depends on its amounts."""
    may = [option.may and not own for proposal in proposals[:1] for option in proposal.options]
    by_amount = {"approve": any(may), "reject": bool(may) and all(may)}
    found = [
        Next(DECISIONS[decision], BY_AMOUNT, by_amount[decision])
        if decision in by_amount
        else Next(DECISIONS[decision], "、".join(role.chinese for role in move.by), bool(set(move.by) & asker.roles))
        for decision in COMPLAINT.decisions(case.stage)
        if (move := COMPLAINT.move(case.stage, decision)) and move.by
    ]
    return sorted(found, key=lambda each: not each.may)


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
    yield "损失", money(case.loss.total) if case.loss else "未核算"
    yield "签注", form.opinion or "无"
