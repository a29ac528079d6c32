"""What waits for a person's decision in complaints: proposals up to their limit, appeals, losses, papers, penalties."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.domain.allowance import Allowance
from complaints.domain.complaint import Complaint
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.lifecycle import ALLOWANCE, COMPLAINT, GOODS_RETURN, PENALTY
from complaints.domain.parts.papers import Settled
from complaints.domain.penalty import Penalty
from complaints.domain.policy.policy import Rules
from complaints.pages.losses import borne_in_words
from complaints.pages.proposals import (
    Reader,
    ShownProposal,
    decided_by_others,
    limit_of,
    shown_proposals,
    verdict_forms,
)
from complaints.store import Complaints, Stores
from shared.clocks import Timed
from shared.contracts.roles import Role
from shared.duties.api import STAFF
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.language import _
from shared.lifecycle import Lifecycle
from shared.pages.deciding import DueBy, WaitingMatter, in_turn
from shared.pages.forms import Act, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.words import DEPARTMENTS, money
from shared.store import Store

LOOKED_AT = 200
"""Matters of one kind that are looked at for one page, those first that are due first."""

T = TypeVar("T", bound=Timed)
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SignatureForms:
    """The forms of everything that is signed."""

    cases: Forms
    allowances: Forms
    returns: Forms
    penalties: Forms


@dataclass(frozen=True, slots=True)
class Decider:
    """Who asks, and when."""

    by: Principal
    now: datetime
    rules: Rules

    def said(self, at: datetime) -> str:
        """A moment in the company's zone."""
        return f"{self.rules.calendar.local(at):%m-%d %H:%M}"

    def due(self, aggregate: Timed) -> DueBy | None:
        """When it is due."""
        return DueBy.of(aggregate, self.now, self.rules.calendar.zone)


def routes(stores: Stores, rules: Rules, forms: SignatureForms, render: Renderer) -> APIRouter:
    """What waits for the asker."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/decide", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_waiting(request: Request, asker: AskedBy) -> Response:
        """Everything of complaints that waits for the asker's decision and lies within their authority."""
        asked = Decider(asker, request.app.state.time.now(), rules)
        matters = [each async for each in _waiting(stores, forms, asked)]
        request.state.personal = True
        return render(
            "decide.html", service="complaints", title=_("投诉"), note=_limit(asked), matters=in_turn(matters)
        )

    return router


def _limit(asked: Decider) -> str:
    """What the asker may approve by the policy in force."""
    role = next((role for role in COMPLAINT.roles("approve") if role in asked.by.roles), None)
    return limit_of(asked.rules.on(asked.now).authority, role) if role else ""


async def _waiting(stores: Stores, forms: SignatureForms, asked: Decider) -> AsyncIterator[WaitingMatter]:
    async for case in _in(stores.complaints, COMPLAINT, "proposed", "approve", "close_by", asked):
        yield _proposal(case, forms.cases, asked)
    async for case in _in(stores.complaints, COMPLAINT, "appealed", "decide_appeal", "close_by", asked):
        yield _appeal(case, forms.cases, asked)
    async for case in _losses(stores.complaints, asked):
        yield _loss(case, forms.cases, asked)
    async for paper in _in(stores.allowances, ALLOWANCE, "drawn", "countersign", "certificate_no", asked):
        yield _allowance(paper, forms.allowances, asked)
    async for note in _in(stores.returns, GOODS_RETURN, "drawn", "authorize", "return_no", asked):
        yield _return(note, forms.returns, asked)
    async for penalty in _in(stores.penalties, PENALTY, "proposed", "approve", "proposed_at", asked):
        if penalty.what.kind == "admin" or Role.GM in asked.by.roles:
            yield _penalty(penalty, forms.penalties, asked)


async def _in(
    store: Store[T], table: Lifecycle[Any, Any], stage: str, decision: str, sort: str, asked: Decider
) -> AsyncIterator[T]:
    """What is in a stage; nothing for a person who has none of the roles that make the decision."""
    if asked.by.roles & set(table.roles(decision)):
        for each in (await store.find({"stage": stage}, sort=sort, limit=LOOKED_AT)).items:
            yield each


async def _losses(complaints: Complaints, asked: Decider) -> AsyncIterator[Complaint]:
    """Cases, whatever their stage, in which what our departments bear of the loss waits; nothing for other roles."""
    if asked.by.roles & set(COMPLAINT.roles("decide_loss")):
        for each in (await complaints.find({"loss_waits": True}, sort="close_by", limit=LOOKED_AT)).items:
            yield each


def _proposal(case: Complaint, forms: Forms, asked: Decider) -> WaitingMatter:
    """A proposal with each option and its amount; what lies beyond the asker's limit has no form."""
    reader, authority = Reader.of(asked.by, case), asked.rules.of(case).authority
    proposals = shown_proposals(case, authority, reader.role, asked.said)
    filled, others = verdict_forms(proposals[0]), decided_by_others(case, proposals, reader)
    possible = [each for each in case.possible if each.decision in filled]
    acts = forms.acts(possible, asked.by, case.id, filled, others, among=True)
    return _of_case(_("核决方案"), case, _options(proposals[0]), acts, asked)


def _of_case(what: str, case: Complaint, facts: Facts, acts: Iterable[Act], asked: Decider) -> WaitingMatter:
    return WaitingMatter(
        id=case.id,
        what=what,
        about=case.number or "",
        link=f"/desk/complaints/{case.id}",
        customer=case.form.customer.name,
        facts=(*_case(case), *facts),
        due=asked.due(case),
        acts=tuple(acts),
    )


def _case(case: Complaint) -> Facts:
    cause = case.investigation.cause if case.investigation else None
    department = case.judgement.responsible_department if case.judgement else None
    return (
        (_("内容"), case.form.content),
        (_("要求"), case.form.demand or _("未提")),
        (_("原因"), cause or _("未查明")),
        (_("责任部门"), _(DEPARTMENTS[department]) if department else _("未定")),
    )


def _options(shown: ShownProposal) -> Facts:
    return tuple(
        (
            _("方案{n}").format(n=each.number),
            _("{kind}：{description}，{amount}（{roles}可核准）").format(
                kind=each.kind, description=each.description, amount=each.amount, roles=each.roles
            ),
        )
        for each in shown.options
    )


def _appeal(case: Complaint, forms: Forms, asked: Decider) -> WaitingMatter:
    assert case.appeal is not None
    assert case.judgement is not None
    seen = {"decide_appeal": Filled(given={"petition": str(case.appeal.petition_id)})}
    possible = [each for each in case.possible if each.decision in seen]
    facts = ((_("原判理由"), case.judgement.grounds), (_("签呈"), case.appeal.petition))
    return _of_case(_("批示客户异议"), case, facts, forms.acts(possible, asked.by, case.id, seen, among=True), asked)


def _loss(case: Complaint, forms: Forms, asked: Decider) -> WaitingMatter:
    submitted = case.submitted_loss
    assert case.loss is not None
    assert submitted is not None
    seen = {"decide_loss": Filled(given={"loss": str(submitted.loss_id)})}
    possible = [each for each in case.possible if each.decision in seen]
    items = _("；").join(f"{line.title}×{line.quantity} {money(line.amount)}" for line in case.loss.lines)
    facts = (
        (_("损失合计"), money(case.loss.total)),
        (_("损失明细"), items),
        (_("部门承担"), borne_in_words(submitted)),
        (_("责任意见"), case.liability.handling if case.liability else _("未核定")),
    )
    acts = forms.acts(possible, asked.by, case.id, seen, among=True)
    return _of_case(_("批示责任部门损失"), case, facts, acts, asked)


def _allowance(paper: Allowance, forms: Forms, asked: Decider) -> WaitingMatter:
    assert paper.drawn is not None
    seen = Filled(given={"paper": str(paper.drawn.paper_id)})
    return WaitingMatter(
        id=paper.id,
        what=_("会签折扣证明单"),
        about=paper.certificate_no,
        link=f"/desk/complaints/{paper.case.about.complaint_id}",
        customer=paper.case.about.customer.name,
        facts=((_("原因"), paper.reason or ""), *_settled(paper.case)),
        due=asked.due(paper),
        acts=tuple(
            forms.acts(paper.possible, asked.by, paper.id, {"countersign": seen, "send_back": seen}, among=True)
        ),
    )


def _return(note: GoodsReturn, forms: Forms, asked: Decider) -> WaitingMatter:
    assert note.note is not None
    seen = Filled(given={"paper": str(note.note.paper_id)})
    goods = _("；").join(f"{each.part}×{each.quantity}" for each in note.note.lines)
    return WaitingMatter(
        id=note.id,
        what=_("核准退货单"),
        about=note.return_no,
        link=f"/desk/complaints/{note.case.about.complaint_id}",
        customer=note.case.about.customer.name,
        facts=((_("退货"), goods), (_("原因"), note.note.reason), *_settled(note.case)),
        due=asked.due(note),
        acts=tuple(forms.acts(note.possible, asked.by, note.id, {"authorize": seen, "send_back": seen}, among=True)),
    )


def _settled(case: Settled) -> Facts:
    return ((_("核准金额"), money(case.approved)), (_("处理决定"), case.decision))


def _penalty(penalty: Penalty, forms: Forms, asked: Decider) -> WaitingMatter:
    what = penalty.what
    money_due = ((_("金额"), money(what.amount)),) if what.amount else ()
    return WaitingMatter(
        id=penalty.id,
        what=_("批示奖罚"),
        about=penalty.case.complaint_no,
        link=f"/desk/complaints/{penalty.case.complaint_id}",
        customer="",
        facts=(
            (
                _("当事人"),
                _("{who}（{department}）").format(who=what.target, department=_(DEPARTMENTS[what.department])),
            ),
            (_("处分"), penalty.title),
            *money_due,
            (_("事由"), penalty.reason),
        ),
        due=asked.due(penalty),
        acts=tuple(forms.acts(penalty.possible, asked.by, penalty.id, among=True)),
    )
