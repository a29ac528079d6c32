"""One case: its clocks, what is proposed and who may approve it, what comes next, and what its customer sees of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.api.readers import CASES
from complaints.domain.complaint import Complaint
from complaints.domain.figures.history import history
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Proposal
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from complaints.domain.policy.standards import KnownCause
from complaints.pages.words import CHANNELS, REMEDIES, STAGES
from complaints.store import Stores
from shared.aggregate import one_person
from shared.contracts.complaints import Remediation
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.pages.forms import Choice, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.strip import strip
from shared.pages.timeline import PastMoment, timeline
from shared.pages.words import DEPARTMENTS

SHOWN_LATER = "核准后才显示"
SHOWN_WHEN_CLOSED = "结案后才显示"
WHO_BY_AMOUNT = "按金额，见方案"
BY_AMOUNT = ("approve", "reject")
"""The decisions on a proposal, which depend on its amounts."""
MOST_OPTIONS = 10
"""As many options has a proposal at most."""
MOST_WITHOUT_CHOICE = 2
"""From so many approved solutions on, the customer's choice is asked for."""

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
class Reader:
    """Who reads a case: the role in which they would decide on a proposal, and whether the proposal is their own."""

    principal: Principal
    role: Role | None
    own: bool

    @classmethod
    def of(cls, asker: Principal, case: Complaint) -> Self:
        """The first of the asker's roles that the table lets in, as the API takes it."""
        role = next((role for role in COMPLAINT.roles("approve") if role in asker.roles), None)
        waits = case.stage == "proposed"
        return cls(asker, role, waits and one_person(case.proposals[-1].proposed_by) == one_person(asker.id))


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The page of one case."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/complaints", include_in_schema=False)

    def said(at: datetime) -> str:
        return f"{rules.calendar.local(at):%m-%d %H:%M}"

    @router.get("/{complaint_id}", response_class=HTMLResponse)
    async def opened(complaint_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One case with its clocks, proposals, next decisions, history, and the customer's view beside the house's."""
        case, now = await stores.complaints.get(complaint_id), request.app.state.time.now()
        policy = rules.of(case) if case.policy_version else rules.on(now)
        authority, reader = policy.authority if case.policy_version else None, Reader.of(asker, case)
        proposals = _proposals(case, authority, reader.role, said) if authority else ()
        causes = (await stores.cause_list()).all(policy.causes)
        filled, others = _filled(case, proposals, causes, policy), _others(case, proposals, reader)
        acts = forms.acts(COMPLAINT.possible(case.stage), asker, case.id, filled, others)
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
            limit=_limit(authority, reader.role) if authority and reader.role else "",
            authority=authority,
            compared=tuple(_compared(case, said)),
            past=timeline(
                (PastMoment(step.at, step.what, step.by or "", step.words or "") for step in history(case)),
                rules.calendar.zone,
            ),
        )

    return router


def money(amount: Money) -> str:
    """An amount with its sign, its thousands and its cents."""
    sign = "¥" if amount.currency == "CNY" else f"{amount.currency} "
    return f"{sign}{amount.amount:,.2f}"


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


def _others(case: Complaint, proposals: tuple[ShownProposal, ...], reader: Reader) -> dict[str, str]:
    """Which decisions on the proposal are not the reader's, and whose they are: that depends on its amounts."""
    if case.stage != "proposed":
        return {}
    may = [option.may and not reader.own for option in proposals[0].options]
    return {name: WHO_BY_AMOUNT for name, mine in (("approve", any(may)), ("reject", all(may))) if not mine}


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
    if case.stage == "proposed":
        found |= _verdicts(proposals[0])
    return found


def _verdicts(shown: ShownProposal) -> dict[str, Filled]:
    """The forms that decide on a proposal: they name the one that was seen."""
    given = {"proposal": str(shown.proposal.proposal_id)}
    options = [
        Choice(
            str(option.number - 1),
            f"{option.number} {option.kind}，{option.amount}",
            option.may,
            "" if option.may else f"由{option.roles}核准",
        )
        for option in shown.options
    ]
    several = shown.proposal.customer_may_choose and len(options) > 1
    preferred = str(shown.proposal.preferred)
    approve = Filled(given, {"option": options, "also": options if several else ()}, {"option": preferred})
    return {"approve": approve, "reject": Filled(given)}


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
    yield "损失", money(case.loss.total) if case.loss else "未核算"
    yield "签注", form.opinion or "无"
