"""A service's rules: its policy in every version, counted in the company's calendar; what has begun keeps its own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts import orders
from shared.policy import Policies, Policy
from shared.rules import CompanyRules

ANNOUNCEMENTS = Announcements(
    set=orders.DeadlineSetByOrders,
    approaching=orders.DeadlineApproachingAtOrders,
    missed=orders.DeadlineMissedByOrders,
    met=orders.DeadlineMetByOrders,
    held=orders.DeadlineHeldByOrders,
    reassigned=orders.DeadlineReassignedByOrders,
)


class Tea(Policy):
    """How long tea is brewed."""

    minutes: int = 3


@dataclass
class Pot:
    policy_version: int | None


def version(number: int, on: date) -> Tea:
    return Tea(name="tea", version=number, in_force_from=on, approved_by="tea master")


FIRST, SECOND = version(1, date(2026, 1, 1)), version(2, date(2026, 7, 1))
RULES = CompanyRules(Policies([FIRST, SECOND]), Clocks(ANNOUNCEMENTS, Calendar("Asia/Shanghai")))


def test_what_begins_takes_the_version_of_the_local_day() -> None:
    assert RULES.on(datetime(2026, 6, 30, 15, 59, tzinfo=UTC)) == FIRST
    assert RULES.on(datetime(2026, 6, 30, 16, tzinfo=UTC)) == SECOND


def test_what_has_begun_keeps_its_own_version() -> None:
    assert [RULES.of(Pot(1)), RULES.of(Pot(2))] == [FIRST, SECOND]


@pytest.mark.parametrize(("pinned", "why"), [(None, "it has not begun"), (3, "there is no version 3")])
def test_a_version_that_is_forgotten_or_gone_is_an_error(pinned: int | None, why: str) -> None:
    with pytest.raises(LookupError, match=why):
        RULES.of(Pot(pinned))
