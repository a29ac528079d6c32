"""What every service says of a department's fact that it heard; each announces it under its own key."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line

Outcome = Literal["taken", "waiting", "refused", "given_up", "dropped"]


class Objection(Part):
    """What a service has against a fact that it handled: it is looked into, or counts for nothing.

    `fact` is the id of the event by which it was heard.
    """

    fact: UUID
    outcome: Literal["taken", "refused"]
    code: Line
    reason: str


class FactAnswered(Part):
    """What became of a department's fact in one of the services that listen to it.

    `waiting` is tried again by itself, `given_up` was tried often enough, `dropped` is not wanted by an operator.
    """

    fact_id: UUID = Field(description="As intake knows the fact.")
    fact: Line = Field(examples=["production.production_delayed.v1"])
    outcome: Outcome
    code: Line | None = Field(
        default=None, description="Stable; absent when it was taken without objection.", examples=["not_found"]
    )
    reason: str | None = Field(
        default=None,
        max_length=500,
        description="What is wrong and what would be right.",
        examples=["no such order"],
    )
    answered_at: Instant
