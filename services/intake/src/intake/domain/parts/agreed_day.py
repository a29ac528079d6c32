"""What was agreed on the phone about a day: the stops, what was changed, and the talk in short."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Prose, StaffId


class AgreedDay(Part):
    """The phone record of the morning's call to the account manager (000 §3.2, form 2)."""

    stops: tuple[Line, ...]
    changes: tuple[Line, ...] = ()
    content: Prose
    confirmed_by: StaffId
    confirmed_at: Instant
