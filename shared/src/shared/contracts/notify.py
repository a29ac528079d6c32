"""The facts that notify announces: what became of every message."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.answer import FactAnswered
from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Event, Instant, Part
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import (
    ContactChannel,
    CustomerId,
    DepartmentName,
    Hash,
    Line,
    NotificationId,
    PaperNo,
    Prose,
    RoleName,
    StaffId,
)


class AboutMessage(Part):
    """Which message: what it is for, to whom, and the fact that it goes back to."""

    notification_id: NotificationId
    purpose: Line = Field(examples=["shipment_delayed"])
    customer_id: CustomerId | None = Field(default=None, description="Absent for a message to staff.")
    staff: StaffId | None = Field(default=None, examples=[None], description="Absent for a message to a customer.")
    about: Line | None = Field(default=None, description="The number on the papers.", examples=["SO-2026-0412"])
    trigger_event_id: UUID | None = Field(default=None, description="Absent when a person asked for the message.")
    channel: ContactChannel = "sms"


class NotificationSent(AboutMessage, Event, key="notify.notification_sent.v1"):
    """A provider took a message over; that the customer has it is another fact (001 售中二, 003 §25.6b)."""

    provider: Line = Field(examples=["aliyun"])
    address_masked: Line = Field(examples=["138****8000"])
    template: Line = Field(examples=["shipment_delayed_supply"])
    template_version: int = Field(ge=1)
    body_hash: Hash
    segments: int = Field(default=1, ge=1, description="SMS parts by the 70/67 rule.", examples=[2])
    at: Instant


class NotificationDelivered(AboutMessage, Event, key="notify.notification_delivered.v1"):
    """The provider's receipt says that the message arrived."""

    provider: Line = Field(examples=["aliyun"])
    receipt: Line | None = Field(default=None, description="Absent: the provider names none.", examples=["DELIVRD"])
    at: Instant


class NotificationFailed(AboutMessage, Event, key="notify.notification_failed.v1"):
    """A message did not go out or did not arrive; when final and no channel is left, the customer has to be called."""

    provider: Line | None = Field(
        default=None, description="Absent: it failed before any provider.", examples=["aliyun"]
    )
    error: Line = Field(examples=["MOBILE_NUMBER_ILLEGAL"])
    attempt: int = Field(ge=1)
    final: bool
    fallback: ContactChannel | None = Field(
        default=None, description="The channel tried next; absent when none is left."
    )
    at: Instant


class NotificationDeferred(AboutMessage, Event, key="notify.notification_deferred.v1"):
    """A message waits, so that the recipient is not disturbed in rest hours or too often (002 四1)."""

    reason: Literal["quiet_hours", "rate", "open_complaint", "not_before"]
    until: Instant


class NotificationSuppressed(AboutMessage, Event, key="notify.notification_suppressed.v1"):
    """A message will not go out, and why: no recipient gets the same twice (001 售前五b)."""

    reason: Literal[
        "duplicate_content", "opt_out", "open_complaint", "superseded", "expired", "no_address", "merged", "cap"
    ]
    superseded_by: UUID | None = None


class ReplyReceived(Event, key="notify.reply_received.v1"):
    """A customer answered a message (002 六1(5)b, 003 §17)."""

    reply_id: UUID
    address_masked: Line = Field(examples=["138****8000"])
    text: Prose = Field(examples=["1"])
    notification_id: NotificationId | None = Field(default=None, description="Absent: matches no message of ours.")
    trigger_event_id: UUID | None = None
    customer_id: CustomerId | None = Field(default=None, description="Absent: an unknown number.")
    staff: StaffId | None = Field(
        default=None, description="The colleague from whose number it came; absent for all others.", examples=[None]
    )
    purpose: Line | None = None
    about: Line | None = Field(default=None, examples=["2026-11-0007"])
    intent: Literal["accept", "decline", "choice", "rating", "stop", "free"]
    choice: int | None = Field(default=None, ge=0, le=9, description="Set for `choice` and `rating`.")
    offer_id: UUID | None = Field(
        default=None, description="The proposal that the answered message offered; `choice` is the number it had there."
    )
    at: Instant


class StaffAlerted(Event, key="notify.staff_alerted.v1"):
    """A colleague on duty was told of a task, a chase, an escalation or a deadline (001 售前四b, 003 §19)."""

    alert_id: UUID
    kind: Literal["task", "chase", "escalation", "deadline", "digest"]
    role: RoleName | None = Field(default=None, description="Absent when one person was meant.")
    staff: tuple[StaffId, ...] = ()
    about: Line | None = Field(default=None, examples=["2026-11-0007"])
    text: Prose = Field(examples=["投诉 2026-11-0007 已超过 6 天未结案"])
    channel: ContactChannel = "chat"
    trigger_event_id: UUID | None = None
    at: Instant


class StaffMessagePosted(Event, key="notify.staff_message_posted.v1"):
    """An internal liaison slip went to another department (000 §3.3.3)."""

    slip_no: PaperNo = Field(examples=["LL-2026-0103"])
    from_staff: StaffId
    to_department: DepartmentName
    to_staff: StaffId | None = Field(
        default=None, description="The one colleague who is meant; absent: the department.", examples=["pl-01"]
    )
    text: Prose = Field(examples=["请确认 SO-2026-0412 玻璃补片到厂日期"])
    acknowledgement_required: bool = True
    acknowledge_by: Instant | None = None
    reminder: int = Field(default=0, ge=0, description="How often the department has been reminded of it.")


class StaffMessageAcknowledged(Event, key="notify.staff_message_acknowledged.v1"):
    """A department has read a liaison slip (000 §3.3.3)."""

    slip_no: PaperNo = Field(examples=["LL-2026-0103"])
    by: StaffId
    at: Instant


class Shift(Part):
    """Who is on duty in a role, and when."""

    staff: StaffId
    name: Line = Field(examples=["李芳"])
    role: RoleName
    begin: Instant
    end: Instant


class RosterPublished(Event, key="notify.roster_published.v1"):
    """The duty roster of a period (003 三2); alerts go to the people on it."""

    roster_id: UUID
    first_day: date
    last_day: date
    shifts: tuple[Shift, ...]


class DeadlineSetByNotify(DeadlineSet, Event, key="notify.deadline_set.v1"):
    """A clock of notify started: a slip to acknowledge, a customer to call, a reply to attribute (000 §3.3.3)."""


class DeadlineApproachingAtNotify(DeadlineApproaching, Event, key="notify.deadline_approaching.v1"):
    """A clock of notify is about to run out."""


class DeadlineMissedByNotify(DeadlineMissed, Event, key="notify.deadline_missed.v1"):
    """A duty of notify was not done in time (003 §19)."""


class DeadlineMetByNotify(DeadlineMet, Event, key="notify.deadline_met.v1"):
    """A duty of notify is over: the slip was read, the customer was called, the reply has its customer."""


class DeadlineHeldByNotify(DeadlineHeld, Event, key="notify.deadline_held.v1"):
    """A clock of notify stands still, where the policy allows it."""


class DeadlineReassignedByNotify(DeadlineReassigned, Event, key="notify.deadline_reassigned.v1"):
    """Another person has a duty of notify now."""


class CustomerUnreached(Event, key="notify.customer_unreached.v1"):
    """A message to a customer can not be brought over any way: a colleague tells the customer instead (001 售中二)."""

    notification_id: NotificationId
    customer_id: CustomerId
    purpose: Line = Field(examples=["shipment_delayed"])
    about: Line | None = Field(default=None, examples=["SO-2026-0412"])
    reason: Line = Field(description="Why, in a word of ours.", examples=["no_address"])
    detail: Line | None = Field(default=None, description="The provider's or the mail library's own words.")
    untold: Prose = Field(description="What the customer was not told.", examples=["您的订单 SO-2026-0412 将延期 4 天"])
    due_at: Instant | None = Field(default=None, description="By when a colleague tells the customer.")
    at: Instant


class CustomerTold(Event, key="notify.customer_told.v1"):
    """A colleague told the customer by telephone, by letter or in person what no message could (003 §25.6b)."""

    notification_id: NotificationId
    customer_id: CustomerId
    purpose: Line = Field(examples=["complaint_judged"])
    about: Line | None = Field(default=None, examples=["2026-11-0007"])
    how: Literal["phone", "letter", "in_person"]
    told: Prose = Field(description="What the customer was told.", examples=["您反映的问题已核实"])
    told_by: StaffId
    note: str = Field(default="", max_length=2000, examples=["已电话告知王先生"])
    at: Instant


class TimeZoneUnknown(Event, key="notify.time_zone_unknown.v1"):
    """A customer's file names a time zone that does not exist: rest hours are taken in the company's own (002 四1)."""

    customer_id: CustomerId
    customer_name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    timezone: str = Field(max_length=64, description="As the file has it.", examples=["China Standard Time"])


class RecordTamperDetectedByNotify(RecordTampered, Event, key="notify.record_tamper_detected.v1"):
    """A record that notify keeps is not what it left."""


class FactAnsweredByNotify(FactAnswered, Event, key="notify.fact_answered.v1"):
    """What became of a department's fact in notify: taken, refused, tried again, given up or dropped."""
