"""The record of talks with a customer: it only grows, a correction is a further entry that names what it corrects."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from intake.domain.parts.chain import Entry, first_altered
from intake.domain.parts.record import Correction, Record
from shared.aggregate import Aggregate, NotFound
from shared.contracts.vocabulary import CustomerId, Hash

_LOGS = UUID("0d1cf2f4-5a6d-5f4e-9a53-0b1a4e7f3c12")


class ContactLog(Aggregate):
    """All talks with one customer in the order in which they were written down."""

    customer_id: CustomerId
    entries: tuple[Entry, ...] = ()

    @classmethod
    def blank(cls, customer_id: UUID) -> "ContactLog":
        """The log of a customer with whom no talk is recorded yet."""
        return cls(id=contact_log_id_of(customer_id), customer_id=customer_id)

    def records(self) -> tuple[Record, ...]:
        """Every talk as it reads now, oldest first."""
        written = [Record.model_validate(each.content) for each in self.entries if each.kind == "contact"]
        corrections = [Correction.model_validate(each.content) for each in self.entries if each.kind != "contact"]
        return tuple(
            _as_it_reads(record, [each for each in corrections if each.contact_id == record.contact_id])
            for record in written
        )

    def record(self, contact_id: UUID) -> Record:
        """One talk as it reads now. Raises NotFound."""
        found = next((record for record in self.records() if record.contact_id == contact_id), None)
        if found is None:
            raise NotFound("contact record", contact_id)
        return found

    def answers(self) -> dict[str, str]:
        """What the customer has answered to the pre-sales questions, on whichever call; the latest answer counts."""
        return {name: answer for record in self.records() for name, answer in record.talk.answers.items() if answer}

    def first_altered(self, announced: Collection[Hash] = ()) -> int | None:
        """The first entry that is not what was written or is missing, or nothing when the log is whole.

        `announced` are the hashes of entries that others heard of: they show what was taken off the end.
        """
        cut_off = set(announced) - {entry.hash for entry in self.entries}
        return first_altered(self.entries) or (len(self.entries) + 1 if cut_off else None)


def _as_it_reads(record: Record, corrections: Sequence[Correction]) -> Record:
    """The latest correction of a field counts."""
    talk = record.talk.but(**{each.field: each.after for each in corrections})
    return record.but(talk=talk, corrections=tuple(corrections))


def contact_log_id_of(customer_id: UUID) -> UUID:
    """The id of a customer's log of talks."""
    return uuid5(_LOGS, str(customer_id))
