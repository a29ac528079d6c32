"""How customers are shared out among colleagues: evenly by number, weighted by ability (002 一3a)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from shared.aggregate import Refused
from shared.contracts.event import Part
from shared.contracts.intake import AssignmentRule
from shared.contracts.vocabulary import Line, StaffId


class Share(Part):
    """What one colleague has: how many customers by now, and the weight of his ability."""

    staff: StaffId
    customers: int
    ability: Decimal

    @property
    def basis(self) -> AssignmentRule:
        """How the colleague was chosen."""
        return "balanced" if self.ability == 1 else "ability"

    @property
    def why(self) -> Line:
        """Why the next customer is this colleague's, as the supervisor reads it."""
        return f"{self.staff} 现有客户 {self.customers} 户，能力权重 {self.ability}，按权重计负荷最轻"


def lightest(shares: Sequence[Share]) -> Share:
    """Whose the next customer is: after it the colleague carries the least for the weight; the first by name of equals.

    Refused with `no_colleague` when there is none to share among.
    """
    if not shares:
        raise Refused("enlist the colleagues among whom customers are shared out", "no_colleague")
    return min(shares, key=lambda each: ((each.customers + 1) / each.ability, each.staff))


def shared_out(count: int, abilities: Mapping[StaffId, Decimal]) -> list[StaffId]:
    """Whose each of so many customers is, when all begin with none."""
    shares = {staff: Share(staff=staff, customers=0, ability=ability) for staff, ability in abilities.items()}
    found: list[StaffId] = []
    for _ in range(count):
        next_one = lightest(tuple(shares.values()))
        shares[next_one.staff] = next_one.but(customers=next_one.customers + 1)
        found.append(next_one.staff)
    return found
