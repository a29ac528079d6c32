"""What a customer or a colleague answered to a message."""

from typing import Literal
from uuid import UUID

from shared.clocks import Timed
from shared.contracts.event import Instant

Intent = Literal["accept", "decline", "choice", "rating", "stop", "start", "free"]


class Reply(Timed):
    """An answer and what it was understood as. While it belongs to no customer's file, a clock runs on it."""

    provider: str
    address: str
    text: str
    at: Instant
    intent: Intent
    choice: int | None = None
    notification: UUID | None = None
    recipient: UUID | None = None
    customer_id: UUID | None = None
    attributed_by: str | None = None
    note: str = ""
