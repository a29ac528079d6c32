"""How improvements follow from cases, and come back when their cause does."""

from uuid import UUID

from complaints.domain.corrective_action import CorrectiveAction, action_id_of
from complaints.domain.decisions.corrective_action import expect_plan, reopen
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.aggregate import Cause
from shared.contracts.complaints import LiabilityAssigned, OpinionReported, RootCauseIdentified
from shared.contracts.vocabulary import DepartmentName
from shared.store import Between, Touch
from shared.subscriptions import Subscriptions

ACTIONS_WATCHED = 500
"""Improvements that one recurrence may open again."""


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Let improvements follow from what is found out about a case."""

    async def owed(complaint_id: UUID, department: DepartmentName, cause: Cause) -> Touch[CorrectiveAction]:
        case = await stores.complaints.get(complaint_id)
        assert case.policy_version is not None
        due = CorrectiveAction(
            id=action_id_of(case.id, department),
            case=case.about,
            policy_version=case.policy_version,
            department=department,
        )
        return stores.actions.touch(due.id, lambda action: expect_plan(action, rules, cause), due)

    @on(LiabilityAssigned)
    async def expect_improvement(event: LiabilityAssigned, cause: Cause) -> Touch[CorrectiveAction] | None:
        """A department whose quality was at fault owes an improvement, except for human negligence (003 §25.4a)."""
        if not event.tracked or event.department is None:
            return None
        return await owed(event.complaint_id, event.department, cause)

    @on(OpinionReported)
    async def track_opinion(event: OpinionReported, cause: Cause) -> Touch[CorrectiveAction]:
        """A department to which an opinion was reported owes an improvement, which is tracked (003 §24-3)."""
        return await owed(event.complaint_id, event.department, cause)

    @on(RootCauseIdentified)
    async def open_again(event: RootCauseIdentified, cause: Cause) -> tuple[Touch[CorrectiveAction], ...]:
        """The same cause in another matter: improvements that are watched did not work after all (004 一㈢3c).

        A case that takes up the one of the improvement again is the same matter (003 §25.5). What counts is when the
        customer complained, not when the cause is found.
        """
        found = (await stores.complaints.find({"id": event.complaint_id}, limit=1)).items
        same = {number for case in found for number in case.form.chain}
        at = found[0].form.received_at if found else cause.at
        watched = {"cause_code": event.cause_code, "watched_until": Between(at, None)}
        page = await stores.actions.find(watched, sort="watched_until", limit=ACTIONS_WATCHED)
        return tuple(
            stores.actions.touch(action.id, lambda action: reopen(action, event.complaint_no, at, rules, cause))
            for action in page.items
            if action.case.complaint_id != event.complaint_id and action.case.complaint_no not in same
        )
