"""What is proposed, granted, answered and done about a complaint."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.complaints import Remediation
from shared.contracts.event import Instant, Money, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import FileRef, Line, Prose, StaffId

Way = Literal["signature", "sms", "phone"]
"""How a customer answers."""


class Proposal(Part):
    """Solutions that wait for approval; the band and the role follow from the dearest one (002 六1(4), 003 §27)."""

    proposal_id: UUID
    options: tuple[Remediation, ...] = Field(min_length=1)
    preferred: int = Field(default=0, ge=0)
    customer_may_choose: bool = True
    proposed_by: StaffId
    at: Instant | None = None

    @property
    def dearest(self) -> Money:
        """The largest amount among the options: a role that may approve it may choose any of them."""
        return max((option.amount for option in self.options), key=lambda amount: amount.amount)


class Deciders(Part):
    """Who may decide on the proposal that waits, by its amounts: `approve` one of its options, `reject` it as a whole.

    Another person than `proposed_by`.
    """

    approve: tuple[Role, ...]
    reject: tuple[Role, ...]
    proposed_by: StaffId


class Verdict(Part):
    """What a member of staff with the authority decided on a proposal; without an option it was rejected.

    `offered` are all the approved options, in the order of the proposal; `option` is the recommended one.
    """

    proposal_id: UUID
    option: Remediation | None
    offered: tuple[Remediation, ...] = ()
    approver: StaffId
    role: Role
    matrix_version: int
    note: str = ""
    at: Instant


class Blocked(Part):
    """An approval beyond the authority of the role, which was refused (003 §25.6)."""

    staff: StaffId
    role: Role
    attempted: Money
    limit: Money
    at: Instant


class Answer(Part):
    """What the customer said to the approved solution (002 六1(5)b).

    `signatory` is the name under an answer that was given on the customer's own page.
    """

    accepted: bool
    via: Way
    signature: FileRef | None = None
    signatory: Line | None = None
    choice: Remediation | None = None
    reason: Prose | None = None
    at: Instant


class Feedback(Part):
    """What the customer said once the solution was carried out (002 六1(5)b)."""

    satisfied: bool
    words: Prose
    by: StaffId
    at: Instant


class Implementation(Part):
    """The solution carried out."""

    evidence: tuple[FileRef, ...] = ()
    by: StaffId
    at: Instant
