"""What goes before a call and what follows it: the account manager's word, an appointed time, the market's audit."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Prose, StaffId


class ManagerWord(Part):
    """What the account manager told of the talk, who was rung before the customer (000 §3.6.1b)."""

    said: Prose
    heard_by: StaffId
    heard_at: Instant


class Appointment(Part):
    """When the customer wants to be called, and how it was said (002 四4)."""

    at: Instant
    words: Line


class CallAudit(Part):
    """What the customer told the market supervisor of the call and the caller (000 §3.7, 001 表3 注b)."""

    auditor: StaffId
    audited_at: Instant
    ratings: dict[str, Line]
    matches_record: bool
    remarks: str = ""
