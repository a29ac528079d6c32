"""What people owe an order at a moment: one duty, before its clock runs."""

from typing import NamedTuple

from shared.clocks import GivenEnd
from shared.contracts.roles import Role
from shared.contracts.vocabulary import StaffId


class Owed(NamedTuple):
    """One duty: which of several of its kind, until when if not by its own term, and whose if not its own role's."""

    of: str = ""
    end: GivenEnd | None = None
    role: Role | None = None
    assignee: StaffId | None = None
