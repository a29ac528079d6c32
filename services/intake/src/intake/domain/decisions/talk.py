"""How talks with a customer are written down, and how what was written is corrected."""

from uuid import UUID

from intake.domain.contact_log import ContactLog
from intake.domain.parts.chain import appended
from intake.domain.parts.record import Correctable, Correction
from shared.aggregate import Cause, Change, Refused, must_be_recent
from shared.contracts.intake import ContactCorrected, ContactRecorded, Talk


def record_talk(log: ContactLog, talk: Talk, cause: Cause) -> Change[ContactLog]:
    """A talk is in the record for good (001 售前二a, b). Refused: `future_date`, `long_past`."""
    if talk.started_at > cause.at:
        raise Refused(
            f"a talk is recorded when it has been; give a time up to now, {cause.at.isoformat()}",
            "future_date",
            "started_at",
        )
    must_be_recent("the talk", talk.started_at, cause, "started_at")
    contact_id = cause.derive("contact")
    content = {"contact_id": str(contact_id), "talk": talk.model_dump(mode="json")}
    entries = appended(log.entries, "contact", content, cause)
    last = entries[-1]
    recorded = ContactRecorded.of(
        talk,
        contact_id=contact_id,
        customer_id=log.customer_id,
        sequence_no=last.seq,
        previous_hash=last.previous if last.seq > 1 else None,
        hash=last.hash,
    )
    return Change(log.but(entries=entries), (recorded,))


def correct_talk(
    log: ContactLog, contact_id: UUID, field: Correctable, after: str, reason: str, cause: Cause
) -> Change[ContactLog]:
    """A record reads differently from now on; what it said before stays readable (001 售前二b).

    Refused with `nothing_changes` when it says so already; NotFound when the log has no such record.
    """
    before = getattr(log.record(contact_id).talk, field)
    if before == after:
        raise Refused(f"the record's {field} reads so already", "nothing_changes", "after")
    correction = Correction(contact_id=contact_id, field=field, before=before, after=after, reason=reason)
    entries = appended(log.entries, "correction", correction.model_dump(mode="json"), cause)
    corrected = ContactCorrected(
        contact_id=cause.derive("correction"),
        corrects=contact_id,
        customer_id=log.customer_id,
        field=field,
        before=before,
        after=after,
        reason=reason,
        by=cause.actor.id,
        hash=entries[-1].hash,
    )
    return Change(log.but(entries=entries), (corrected,))
