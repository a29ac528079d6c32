"""What a contract is: its number, its revisions, their reviews and the use of the seal."""

from datetime import date
from typing import Literal

from shared.aggregate import Refused
from shared.contracts.event import Instant, Money, Part, PreciseDate
from shared.contracts.orders import Finding, PaymentTerm, Reviewer
from shared.contracts.vocabulary import ContractNo, Line, OrderNo, Prose, RoleName, StaffId

Outcome = Literal["approved", "amend", "terminate"]

_LONGEST_TAIL = 53
"""Characters of an order's number that its contract's number has room for."""


def contract_no_of(order_no: OrderNo, signed_on: date) -> ContractNo:
    """The number of the contract for this order: it carries the day of signing, and needs no counter."""
    return f"JG{signed_on:%Y%m%d}-{order_no[-_LONGEST_TAIL:]}"


class Countersignature(Part):
    """The planner's word on a revision: whether its goods can leave on its day (004 一㈡1a)."""

    by: StaffId
    role: RoleName
    feasible: bool
    notes: str = ""
    at: Instant


class Draft(Part):
    """A revision on its way through review: the first contract, or a change of it."""

    revision: int
    changes: tuple[Prose, ...] = ()
    total: Money | None = None
    ship_on: date | None = None
    terms: tuple[PaymentTerm, ...] = ()
    written_by: StaffId | None = None
    submitted_by: StaffId | None = None
    countersigned: Countersignature | None = None
    prepared_before: tuple[StaffId, ...] = ()

    @property
    def hands(self) -> tuple[StaffId, ...]:
        """Who has prepared it for its review: its author, who submitted it, who countersigned it.

        So have those who prepared the revision that came back and from which it goes on, `prepared_before`.
        """
        hands = (self.written_by, self.submitted_by, self.countersigned.by if self.countersigned else None)
        return (*self.prepared_before, *(hand for hand in hands if hand is not None))


class Review(Part):
    """What a review of one revision came to (004 一㈡1a).

    `lowered_by` are those who prepared and approved a lower price than the one before; empty where it is not lower.
    """

    revision: int
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reviewers: tuple[Reviewer, ...] = ()
    at: Instant
    lowered_by: tuple[StaffId, ...] = ()


class SealUse(Part):
    """The seal was used: who, what for, when (004 一㈡1c)."""

    staff: StaffId
    purpose: Line
    at: Instant


class Contract(Part):
    """A contract in its valid revision. No revision becomes valid without a review (004 一㈡1a).

    Without a number from elsewhere it has one from its signature on.
    """

    no: ContractNo | None = None
    on: PreciseDate | None = None
    received_by: StaffId | None = None
    revision: int = 0
    ship_on: date | None = None
    terms: tuple[PaymentTerm, ...] = ()
    draft: Draft | None = None
    returned: Draft | None = None
    reviews: tuple[Review, ...] = ()
    signed_on: PreciseDate | None = None
    seals: tuple[SealUse, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether the contract is in force."""
        return self.signed_on is not None

    @property
    def next_revision(self) -> int:
        """The number of the next revision that is written down."""
        return max([self.revision, *(review.revision for review in self.reviews)]) + 1

    def to_review(self) -> Draft:
        """The revision under review. Refused with `nothing_to_review` when there is none."""
        if self.draft is None:
            raise Refused("no revision is under review; amend the contract first", "nothing_to_review")
        return self.draft

    def must_be_seen(self, revision: int) -> None:
        """Refused with `contract_changed` where a person names another revision than the one that stands now."""
        now = self.draft.revision if self.draft else self.revision
        if revision != now:
            raise Refused(f"revision {now} stands by now; read it and name that one", "contract_changed")
