"""The record of talks with a customer: it only grows, a correction is a further entry that names what it corrects."""

from collections.abc import Collection
from datetime import date, time
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from pydantic import Field

from intake.domain.chain import Entry, appended, first_altered
from shared.aggregate import Aggregate, Cause, Change, NotFound, Refused
from shared.contracts.event import Instant, Part
from shared.contracts.intake import ContactCorrected, ContactRecorded
from shared.contracts.vocabulary import CustomerId, Hash, Line, Prose

_LOGS = UUID("0d1cf2f4-5a6d-5f4e-9a53-0b1a4e7f3c12")

Correctable = Literal[
    "subject", "service_type", "service_method", "contact_name", "status", "content", "feedback", "remarks"
]


class Talk(Part):
    """What is written down of a talk: the fields of the service record, no more and no fewer (001 售前二a).

    The twelfth, the customer, is whose log it stands in. `answers` are the seven pre-sales questions (001 售前一).
    """

    subject: Line
    service_type: Line
    service_method: Line
    on: date
    at: time
    contact_name: Line
    status: Line
    started_at: Instant
    content: Prose
    feedback: str = ""
    remarks: str = ""
    answers: dict[str, str] = Field(default={})


class Correction(Part):
    """One field of one record, before and after, and why."""

    contact_id: UUID
    field: Correctable
    before: str
    after: str
    reason: Line


class Record(Part):
    """A talk as it reads now, and every correction that was made to it."""

    contact_id: UUID
    talk: Talk
    corrections: tuple[Correction, ...] = ()

    def corrected(self, correction: Correction) -> Self:
        """The record as it reads after a correction."""
        talk = self.talk.model_copy(update={correction.field: correction.after})
        return self.model_copy(update={"talk": talk, "corrections": (*self.corrections, correction)})


class ContactLog(Aggregate):
    """All talks with one customer in the order in which they were written down."""

    customer_id: CustomerId
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, customer_id: UUID) -> "ContactLog":
        """The log of a customer with whom nobody has spoken yet."""
        return cls(id=contact_log_id_of(customer_id), customer_id=customer_id)

    def recorded(self, talk: Talk, cause: Cause) -> Change["ContactLog"]:
        """A talk is in the record for good."""
        contact_id = cause.derive("contact")
        log = self._with("contact", {"contact_id": str(contact_id), "talk": talk.model_dump(mode="json")}, cause)
        last = log.entries[-1]
        said = ContactRecorded(
            contact_id=contact_id,
            customer_id=self.customer_id,
            sequence_no=last.seq,
            previous_hash=last.previous if last.seq > 1 else None,
            hash=last.hash,
            **dict(talk),
        )
        return Change(log, (said,))

    def corrected(
        self, contact_id: UUID, field: Correctable, after: str, reason: str, cause: Cause
    ) -> Change["ContactLog"]:
        """A record reads differently from now on; what it said before stays readable (001 售前二b).

        Refused with `nothing_changes` when it says so already; NotFound when the log has no such record.
        """
        before = getattr(self.record(contact_id).talk, field)
        if before == after:
            raise Refused(f"the record's {field} reads so already", "nothing_changes")
        correction = Correction(contact_id=contact_id, field=field, before=before, after=after, reason=reason)
        log = self._with("correction", correction.model_dump(mode="json"), cause)
        said = ContactCorrected(
            contact_id=cause.derive("correction"),
            corrects=contact_id,
            customer_id=self.customer_id,
            field=field,
            before=before,
            after=after,
            reason=reason,
            by=cause.actor.id,
            hash=log.entries[-1].hash,
        )
        return Change(log, (said,))

    def records(self) -> tuple[Record, ...]:
        """Every talk as it reads now, oldest first."""
        records: dict[UUID, Record] = {}
        for entry in self.entries:
            if entry.kind == "contact":
                record = Record.model_validate(entry.content)
                records[record.contact_id] = record
            else:
                correction = Correction.model_validate(entry.content)
                records[correction.contact_id] = records[correction.contact_id].corrected(correction)
        return tuple(records.values())

    def record(self, contact_id: UUID) -> Record:
        """One talk as it reads now. Raises NotFound."""
        found = next((record for record in self.records() if record.contact_id == contact_id), None)
        if found is None:
            raise NotFound("contact record", contact_id)
        return found

    def first_altered(self, announced: Collection[Hash] = ()) -> int | None:
        """The first entry that is not what was written or is missing, or nothing when the log is whole.

        `announced` are the hashes of entries that others heard of: they show what was taken off the end.
        """
        cut_off = set(announced) - {entry.hash for entry in self.entries}
        return first_altered(self.entries) or (len(self.entries) + 1 if cut_off else None)

    def _with(self, kind: str, content: dict[str, Any], cause: Cause) -> Self:
        return self.but(entries=appended(self.entries, kind, content, cause))


def contact_log_id_of(customer_id: UUID) -> UUID:
    """The id of a customer's log of talks."""
    return uuid5(_LOGS, str(customer_id))
