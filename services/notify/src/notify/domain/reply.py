"""What a customer or a colleague answered to a message."""

from typing import Literal
from uuid import UUID

from shared.aggregate import Aggregate
from shared.contracts.event import Instant

Intent = Literal["accept", "decline", "choice", "rating", "stop", "free"]


class Reply(Aggregate):
    """An answer and what it was understood as."""

    provider: str
    address: str
    text: str
    at: Instant
    intent: Intent
    choice: int | None = None
    notification: UUID | None = None
    recipient: UUID | None = None
    customer_id: UUID | None = None
