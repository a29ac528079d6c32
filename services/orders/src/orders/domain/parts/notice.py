"""What an order notice is: the paper with three signatures that sends an order to design."""

from typing import Literal

from shared.aggregate import Overstepped, Refused, one_person
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import StaffId

Signature = Literal["prepared", "reviewed", "approved"]


class Signed(Part):
    """Who signed, and when."""

    by: StaffId
    at: Instant


class Notice(Part):
    """Prepared, reviewed, approved: in this order, by three people (000 §3.3.2)."""

    prepared: Signed | None = None
    reviewed: Signed | None = None
    approved: Signed | None = None

    @property
    def complete(self) -> bool:
        """Whether all three have signed."""
        return self.next is None

    @property
    def next(self) -> Signature | None:
        """The signature that is missing next."""
        names: tuple[Signature, ...] = ("prepared", "reviewed", "approved")
        return next((name for name in names if getattr(self, name) is None), None)

    def anew(self) -> "Notice":
        """Without the signatures of a paper that has changed; one that has all three has left and stays as it is."""
        return self if self.complete else Notice()

    def signed(self, signature: Signature, by: StaffId, at: Instant) -> "Notice":
        """With one more signature. Refused: `wrong_signature` out of order, `own_notice` for a person's second one."""
        if signature != self.next:
            raise Refused(f"the signature that is missing next is {self.next or 'none'}", "wrong_signature")
        before = (each for each in (self.prepared, self.reviewed, self.approved) if each)
        if one_person(by) in {one_person(each.by) for each in before}:
            raise Overstepped("a notice is prepared, reviewed and approved by three people", "own_notice")
        return self.but(**{signature: Signed(by=by, at=at)})
