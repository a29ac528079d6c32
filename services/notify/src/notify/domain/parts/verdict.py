"""Whether a message may go out now: later, never, or yes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says about one message at one moment. A reason is given for everything but yes.

    `until` is the moment to judge it again, `by` the message that says it newer.
    """

    kind: Literal["send", "defer", "suppress"]
    reason: str = ""
    until: datetime | None = None
    by: UUID | None = None


SEND = Verdict("send")
