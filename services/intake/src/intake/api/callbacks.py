"""Callbacks over HTTP: what is owed, what the customer said, and what the director allowed to leave out."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api.roles import READERS, SERVICE
from intake.domain.callback import Answers, Callback, Reason
from intake.store import Records
from shared.contracts.event import Instant, Part
from shared.contracts.intake.contacts import Rating
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, Line, RoleName, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow

Asked = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class CompleteCallback(RequestBody):
    """What the customer said, in the customer's own words."""

    branch: Rating = Field(description="Which way the talk went.", examples=["dissatisfied"])
    ratings: dict[Asked, Line] = Field(
        default={},
        max_length=20,
        description="By what was asked: ability, professionalism, etiquette after a visit; installer, sales_rep, "
        "product after acceptance.",
        examples=[{"installer": "满意", "sales_rep": "满意", "product": "一般"}],
    )
    aspect: Line | None = Field(
        default=None, description="What the customer is not satisfied with; required unless satisfied."
    )
    detail: str = Field(default="", max_length=4000, examples=["玻璃门闭合有异响"])
    suggestion: str = Field(default="", max_length=4000)


class WaiveCallback(RequestBody):
    """Why this customer need not be called."""

    reason: Literal["tender", "special"]
    report_id: UUID | None = Field(default=None, description="The daily report on which it is noted.")


class CallbackView(Part):
    """A callback and how it stands."""

    callback_id: UUID
    customer: CustomerSnapshot
    reason: Reason
    state: Literal["open", "completed", "waived"]
    due_at: Instant
    missed: bool
    assignee: StaffId | None
    assignee_role: RoleName

    @classmethod
    def of(cls, callback: Callback) -> Self:
        return cls(
            callback_id=callback.id,
            customer=callback.customer,
            reason=callback.reason,
            state=callback.state,
            due_at=callback.due_at,
            missed=callback.missed,
            assignee=callback.assignee,
            assignee_role=callback.assignee_role,
        )


def routes(records: Records) -> APIRouter:
    """The routes under /callbacks."""
    router = Router(readers=READERS, tags=["callbacks"], prefix="/callbacks")
    callbacks = records.callbacks

    @router.get("")
    async def list_callbacks(
        state: Annotated[Literal["open", "completed", "waived"], Query()] = "open",
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CallbackView]:
        """The calls in one state, what is due first at the top."""
        where = {"state": state, "customer_id": customer_id} if customer_id else {"state": state}
        page = await callbacks.find(where, sort="due_at", after=after, limit=limit)
        return Listing(items=[CallbackView.of(each) for each in page.items], next=page.next)

    @router.get("/{callback_id}")
    async def show(callback_id: UUID) -> CallbackView:
        """One callback."""
        return CallbackView.of(await callbacks.get(callback_id))

    @router.post("/{callback_id}/complete", dependencies=[allow(*SERVICE)])
    async def complete(callback_id: UUID, body: CompleteCallback, cause: CausedByRequest) -> CallbackView:
        """Record what the customer said. It stays as it was said; less than satisfied is a negative feedback."""
        answers = Answers.model_validate(body.model_dump())
        completed = await callbacks.apply(callback_id, lambda callback: callback.completed(answers, cause), cause)
        return CallbackView.of(completed)

    @router.post("/{callback_id}/waive", dependencies=[allow(Role.CS_DIRECTOR)])
    async def waive(callback_id: UUID, body: WaiveCallback, cause: CausedByRequest) -> CallbackView:
        """Allow not to call a special customer; the director alone may."""
        waived = await callbacks.apply(
            callback_id, lambda callback: callback.waived(body.reason, body.report_id, cause), cause
        )
        return CallbackView.of(waived)

    return router
