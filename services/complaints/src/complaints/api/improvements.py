"""Improvements over HTTP: planned, carried out, verified (003 §25.4a, 004 一㈢3c)."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasPath, Field, computed_field

from complaints.api.readers import CASES
from complaints.domain.corrective_action import CorrectiveAction, possible
from complaints.domain.decisions.corrective_action import carry_out, plan, verify
from complaints.domain.lifecycle import CORRECTIVE_ACTION, ActionStage
from complaints.domain.parts.improvement import Attempt
from complaints.domain.policy.policy import Rules
from complaints.store import CorrectiveActions, Stores
from shared.aggregate import Change, Refused
from shared.contracts.event import Instant
from shared.contracts.vocabulary import AboutComplaint, ComplaintNo, DepartmentName, FileRef, Line, Prose
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible


class PlanAction(RequestBody):
    """What is changed, and by when."""

    action: Prose = Field(examples=["玻璃包装增加护角"])
    due_at: Instant = Field(examples=["2026-12-10T10:00:00.000000Z"])
    cause_code: Line | None = Field(
        default=None,
        description="A code of `GET /root-causes`; the case's own by default, which a case may not have.",
        examples=["service"],
    )


class CarryOutAction(RequestBody):
    """What shows that it is changed."""

    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)


class VerifyAction(RequestBody):
    """Whether it worked, and what shows that."""

    attempt: UUID = Field(description="The `attempt_id` of the attempt that was examined.")
    effective: bool
    finding: Prose = Field(examples=["抽检 50 樘，无崩角"])


class ActionView(View):
    """One improvement with all its attempts, and what may be decided next."""

    action_id: UUID
    case: AboutComplaint
    department: DepartmentName
    stage: ActionStage
    possible: tuple[Possible, ...]
    cause_code: Line | None
    attempts: tuple[Attempt, ...]
    watched_until: Instant | None
    recurred_in: tuple[ComplaintNo, ...] = Field(description="The cases in which the same cause came up again.")

    @classmethod
    def of(cls, action: CorrectiveAction) -> Self:
        """Everything that is known of it."""
        same = cls.model_fields.keys() - {"action_id", "possible"}
        return cls(
            action_id=action.id,
            possible=action.possible,
            **{name: getattr(action, name) for name in same},
        )


class ActionRow(View):
    """An improvement as a line of a list."""

    action_id: UUID = Field(validation_alias="id")
    complaint_no: ComplaintNo = Field(validation_alias=AliasPath("case", "complaint_no"))
    department: DepartmentName
    stage: ActionStage
    cause_code: Line | None = None
    watched_until: Instant | None = None
    attempts: tuple[Attempt, ...] = Field(default=(), exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return possible(self.stage, self.attempts)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Lists, one improvement, and each decision as a POST to its name."""
    router = Router(readers=CASES, tags=["improvements"], prefix="/corrective-actions")
    actions = stores.actions

    @router.get("")
    async def list_actions(
        stage: ActionStage | None = None,
        department: DepartmentName | None = None,
        cause_code: Line | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ActionRow]:
        """Improvements by what is still to be done, the oldest case first."""
        where = {
            "stage": stage,
            "department": department,
            "cause_code": cause_code,
            "case.complaint_no": complaint_no,
        }
        page = await actions.rows(ActionRow, where, sort="case.complaint_no", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{action_id}")
    async def show_action(action_id: UUID) -> ActionView:
        """One improvement."""
        return ActionView.of(await actions.get(action_id))

    @router.get("/{action_id}/clocks")
    async def show_action_clocks(action_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await actions.get(action_id), rules.clocks)

    @router.post("/{action_id}/plan", dependencies=[allow(*CORRECTIVE_ACTION.roles("plan"))])
    async def plan_action(action_id: UUID, body: PlanAction, cause: CausedByRequest) -> ActionView:
        """Plan the improvement against the root cause of the case, or another one of the list."""
        root = (await stores.complaints.get((await actions.get(action_id)).case.complaint_id)).root_cause
        code = body.cause_code or (root.code if root else None)
        if code is None:
            raise Refused(
                "name the root cause of the case first, or one of GET /root-causes: identify-root-cause, cause_code",
                "no_root_cause",
                "cause_code",
            )
        if body.cause_code and (await stores.cause_list()).named(body.cause_code, rules.on(cause.at).causes) is None:
            raise Refused(
                "name a code of GET /root-causes, or add it there with a reason", "no_such_cause", "cause_code"
            )

        def decide(action: CorrectiveAction) -> Change[CorrectiveAction]:
            return plan(action, code, body.action, body.due_at, rules, cause)

        return ActionView.of(await actions.apply(action_id, decide, cause))

    _after_the_plan(router, actions, rules)
    return router


def _after_the_plan(router: APIRouter, actions: CorrectiveActions, rules: Rules) -> None:
    @router.post("/{action_id}/carry-out", dependencies=[allow(*CORRECTIVE_ACTION.roles("carry_out"))])
    async def carry_action_out(action_id: UUID, body: CarryOutAction, cause: CausedByRequest) -> ActionView:
        """It is changed."""
        return ActionView.of(
            await actions.apply(action_id, lambda action: carry_out(action, body.evidence, rules, cause), cause)
        )

    @router.post("/{action_id}/verify", dependencies=[allow(*CORRECTIVE_ACTION.roles("verify"))])
    async def verify_action(action_id: UUID, body: VerifyAction, cause: CausedByRequest) -> ActionView:
        """Whether it worked; what did not is planned anew."""
        return ActionView.of(
            await actions.apply(
                action_id,
                lambda action: verify(action, body.attempt, body.effective, body.finding, rules, cause),
                cause,
            )
        )
