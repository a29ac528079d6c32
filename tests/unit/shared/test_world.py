"""A whole service in memory: it hears, is asked and lives through time as it does on real servers."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import ledger
import pytest
from ledger import Account, Credited, Deposited, Lapsed, account_id

from shared.aggregate import Cause, Change, Refused
from shared.calendar import Daily
from shared.contracts.roles import Department, Role
from shared.identity import Principal
from shared.plumbing import Plumbing
from shared.service import Service
from shared.settings import ServiceSettings
from shared.store import Touch
from shared.subscriptions import Subscriptions
from shared.testing import World, cause, in_memory, nowhere
from shared.timers import Occurrence, Timers

NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)
SETTINGS = nowhere(ServiceSettings)


@pytest.fixture
def world() -> World:
    return World(ledger.service(SETTINGS, in_memory("ledger", SETTINGS, at=NOON)))


def deposited(amount: int = 5) -> Deposited:
    return Deposited(account="ann", amount=amount)


async def test_what_is_heard_is_announced_once_however_often_it_comes(world: World) -> None:
    id = uuid4()

    first = await world.hear(deposited(), id=id)
    again = await world.hear(deposited(), id=id)

    assert (first, again) == ((Credited(account="ann", amount=5, balance=5),), ())
    assert world.announced == first


async def test_what_a_decision_raises_is_raised(world: World) -> None:
    await world.ask(Role.OPERATOR, "POST", "/accounts", {"name": "ann", "minutes": 1})
    await world.until(NOON + timedelta(minutes=2))

    with pytest.raises(Refused, match="ann is lapsed"):
        await world.hear(deposited())


async def test_the_service_is_asked_over_http_in_a_role(world: World) -> None:
    opened = await world.ask(Role.OPERATOR, "POST", "/accounts", {"name": "ann"})
    credited = await world.ask(Role.OPERATOR, "POST", "/accounts/ann/credit", {"amount": 7}, by="li.na", key="k")
    again = await world.ask(Role.OPERATOR, "POST", "/accounts/ann/credit", {"amount": 7}, by="li.na", key="k")
    shown = await world.ask(Principal.staff("wei", Role.GM), "GET", "/accounts/ann")

    assert (opened.status_code, opened.json()["id"]) == (201, str(account_id("ann")))
    assert credited.json() == again.json() == shown.json()
    assert world.announced == (Credited(account="ann", amount=7, balance=7),)
    (envelope,) = world.database.outbox.envelopes
    assert (envelope.actor.id, envelope.actor.role) == ("li.na", "operator")


async def test_who_is_not_introduced_does_not_get_in(world: World) -> None:
    unknown = await world.ask(None, "GET", "/accounts/ann")
    department = await world.ask(Department.SALES, "GET", "/accounts/ann")

    assert (unknown.status_code, department.status_code) == (401, 403)


async def test_what_falls_due_on_the_way_happens_at_its_own_time(world: World) -> None:
    for name, minutes in (("ann", 60), ("bob", 10), ("eve", 600)):
        await world.ask(Role.OPERATOR, "POST", "/accounts", {"name": name, "minutes": minutes})

    passed = await world.until(NOON + timedelta(hours=2))

    assert passed == (
        Lapsed(account="bob", at=NOON + timedelta(minutes=10)),
        Lapsed(account="ann", at=NOON + timedelta(minutes=60)),
    )
    assert (world.now, await world.until(NOON + timedelta(hours=3))) == (NOON + timedelta(hours=2), ())


async def test_a_world_forgets_for_the_next_test(world: World) -> None:
    await world.hear(deposited())
    await world.until(NOON + timedelta(days=1))

    world.forget()

    assert (world.announced, world.now) == ((), NOON)
    assert (await world.ask(Role.OPERATOR, "GET", "/accounts/ann")).status_code == 404
    assert await world.hear(deposited()) == (Credited(account="ann", amount=5, balance=5),)


def savings(plumbing: Plumbing) -> Service:
    """A ledger with interest every midnight, and one more for every ten that come in."""
    accounts = ledger.accounts(plumbing)
    on, at = Subscriptions("ledger"), Timers()

    @on(Credited)
    def reward(event: Credited, cause: Cause) -> Touch[Account] | None:
        """Every ten bring one more."""
        if event.amount < 10:
            return None
        return accounts.touch(account_id(event.account), lambda account: account.credit(event.amount // 10))

    @at.every(Daily(at=time(0)))
    def pay_interest(_: Occurrence, cause: Cause) -> Touch[Account]:
        return accounts.touch(account_id("ann"), lambda account: account.credit(20))

    @at(accounts, "trip")
    def trip(account: Account, cause: Cause) -> Change[Account]:
        return account.credit(666)

    return Service(plumbing, subscriptions=on, timers=at)


async def test_what_comes_round_does_and_a_service_hears_itself_when_asked_to() -> None:
    plumbing = in_memory("ledger", SETTINGS, at=NOON)
    world = World(savings(plumbing), hears_itself=True)
    await ledger.accounts(plumbing).create(Change(ledger.opened("ann")), cause(NOON))

    first_midnight = await world.until(NOON + timedelta(days=1))
    second_midnight = await world.until(NOON + timedelta(days=2))

    assert first_midnight == (
        Credited(account="ann", amount=20, balance=20),
        Credited(account="ann", amount=2, balance=22),
    )
    assert second_midnight == (
        Credited(account="ann", amount=20, balance=42),
        Credited(account="ann", amount=2, balance=44),
    )


async def test_a_deadline_that_fails_says_so() -> None:
    plumbing = in_memory("ledger", SETTINGS, at=NOON)
    world = World(savings(plumbing))
    due = ledger.opened("ann").awaiting("trip", NOON + timedelta(hours=1))
    await ledger.accounts(plumbing).create(Change(due), cause(NOON))

    with pytest.raises(AssertionError, match="the devil's number"):
        await world.until(NOON + timedelta(hours=2))
