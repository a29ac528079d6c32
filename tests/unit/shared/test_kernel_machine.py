"""The kernel as a state machine: whatever is delivered twice, late or into a crash, every fact has its effect once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ledger import BANK, Account, Credited, Deposited, Lapsed, account_id, opened
from two_replicas import Failure, Process, TwoReplicas, spoiled
from virtual_time import VirtualLoop

from shared.aggregate import Cause, Change, Decision, Refused, Unavailable
from shared.contracts.event import Actor
from shared.parking.decisions import confirm_edit, propose_edit
from shared.parking.parked import Parked
from shared.testing import cause
from shared.wire.envelope import Envelope

BEGIN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
QUEUE = "ledger.on.test.deposited.v1"
T = TypeVar("T")

names = st.sampled_from(["ann", "bob"])
replicas = st.integers(0, 1)
few = st.integers(0, 6)
failures: st.SearchStrategy[Failure] = st.sampled_from(["before", "after", "unknown"])


@dataclass
class Request:
    """What a client asked for, and whether it knows what came of it."""

    cause: Cause
    account: str
    amount: int = 0
    until: datetime | None = None
    outcome: Account | Exception | None = None

    @property
    def known(self) -> bool:
        return isinstance(self.outcome, Account | Refused)

    @property
    def granted(self) -> bool:
        return isinstance(self.outcome, Account)

    def of(self, process: Process) -> Awaitable[Account]:
        if self.until:
            return process.accounts.create(Change(opened(self.account, self.until)), self.cause)
        id = account_id(self.account)
        return process.accounts.apply(id, lambda account: account.credit(self.amount), self.cause, opened(self.account))


class Kernel(RuleBasedStateMachine):
    """Two replicas under everything that can happen to them; the books are held against what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.facts: dict[UUID, tuple[Envelope, Deposited]] = {}
        self.requests: list[Request] = []
        self.drawn = 0

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.loop.run_until_complete(awaited())

    def cause(self) -> Cause:
        self.drawn += 1
        return cause(self.world.time.now(), id=uuid5(BANK, f"cause {self.drawn}"))

    @initialize()
    def begin(self) -> None:
        self.world = TwoReplicas(BEGIN)
        self.run(self.world.start())

    @rule(account=names, amount=st.sampled_from([1, 2, 3, 666]), broken=st.booleans(), times=st.integers(1, 3))
    def publish(self, account: str, amount: int, broken: bool, times: int) -> None:
        said = self.cause()
        deposit = Deposited(account=account, amount=amount)
        envelope = Envelope.of(deposit, said.derive("fact"), said.id, 1, said)
        self.facts[envelope.id] = (envelope, deposit)
        self.world.bus.queue.extend([(spoiled(envelope) if broken and amount == 3 else envelope, False)] * times)

    @rule(turns=st.integers(1, 5))
    def reorder(self, turns: int) -> None:
        self.world.bus.queue.rotate(turns)

    @rule(which=replicas, count=few)
    def deliver(self, which: int, count: int) -> None:
        self.run(self.world.replicas[which].channel.deliver(count))

    @rule(which=replicas, turns=st.integers(0, 60))
    def go_on_a_little(self, which: int, turns: int) -> None:
        async def turn() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.run(turn())

    @rule()
    def settle(self) -> None:
        self.run(self.world.settle())

    @rule(which=replicas, calls=st.integers(0, 12), failure=failures)
    def fail_soon(self, which: int, calls: int, failure: Failure) -> None:
        self.world.replicas[which].power.fail(calls, failure)

    @rule(which=replicas)
    def kill(self, which: int) -> None:
        self.run(self.world.kill(which))

    @rule(which=replicas)
    def cut_the_connection(self, which: int) -> None:
        self.world.replicas[which].disconnect()

    @rule(which=replicas, account=names, minutes=st.integers(1, 30))
    def open_account(self, which: int, account: str, minutes: int) -> None:
        until = self.world.time.now() + timedelta(minutes=minutes)
        self.ask(Request(self.cause(), account, until=until), which)

    @rule(which=replicas, account=names, amount=st.integers(1, 3))
    def credit(self, which: int, account: str, amount: int) -> None:
        self.ask(Request(self.cause(), account, amount), which)

    @rule(which=replicas)
    def repeat_the_last_request(self, which: int) -> None:
        if self.requests:
            self.ask(self.requests.pop(), which)

    def ask(self, request: Request, which: int) -> None:
        before = request.outcome
        outcome = self.run(self.world.outcome(which, request.of(self.world.replicas[which])))
        assert outcome is None or isinstance(outcome, Account | Refused | Unavailable), outcome
        assert not isinstance(before, Account) or not isinstance(outcome, Refused)
        request.outcome = outcome if not request.known else before
        self.requests.append(request)

    @rule(minutes=st.integers(1, 40))
    def pass_time(self, minutes: int) -> None:
        self.world.time.advance(timedelta(minutes=minutes))

    @rule(which=replicas)
    def replay(self, which: int) -> None:
        work = self.world.replicas[which].retries.replay({}, self.cause(), per_second=1e9)
        self.run(self.world.outcome(which, work))

    @rule(which=replicas)
    def repair(self, which: int) -> None:
        """One operator proposes the right body, another confirms it."""
        broken = [row for row in self.world.rows("parked") if row.state["code"] == "invalid" and row.version < 9]
        if not broken:
            return
        id, letter = broken[0].id, broken[0].state["letter"]
        body = letter["body"].replace('"sum":', '"amount":')
        propose, confirm = self.cause(), self.by_another(self.cause())
        self.decide(which, id, lambda parked: propose_edit(parked, body, propose), propose)
        self.decide(
            which, id, lambda parked: confirm_edit(parked, propose.derive("edit"), datetime.now(UTC), confirm), confirm
        )

    def by_another(self, said: Cause) -> Cause:
        return Cause(said.id, said.correlation, Actor(kind="staff", id="another", role="operator"), said.at)

    def decide(self, which: int, id: UUID, decide: Decision[Parked], said: Cause) -> None:
        self.run(self.world.outcome(which, self.world.replicas[which].parking.apply(id, decide, said)))

    @invariant()
    def an_event_id_is_one_event_of_one_version(self) -> None:
        if not hasattr(self, "world"):
            return
        seen: dict[UUID, Envelope] = {}
        for envelope in self.world.bus.published:
            assert seen.setdefault(envelope.id, envelope) == envelope
        versions = Counter((each.subject, each.sequence) for each in seen.values())
        assert set(versions.values()) <= {1}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.recover()
            self.audit()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.run(asyncio.sleep(0))
        self.loop.close()

    def recover(self) -> None:
        for which in range(2):
            self.run(self.world.kill(which))
        for request in [each for each in self.requests if not each.known]:
            self.requests.remove(request)
            self.ask(request, 0)
        while self.world.bus.queue:
            self.run(self.world.replicas[0].channel.deliver(100))
            self.run(self.world.settle())
        self.run(self.world.settle())

    def audit(self) -> None:
        assert [row.id for kept in ("accounts", "parked") for row in self.world.rows(kept) if row.outbox] == []
        parked = self.world.rows("parked")
        assert {row.state["state"] for row in parked} <= {"dead", "settled"}
        dead = {UUID(row.state["claimed"]) for row in parked if row.state["state"] == "dead"}
        absorbed = {row.id: row.causes for row in self.world.rows("accounts")}
        told = {each.id: each for each in self.world.bus.published}.values()
        for name in ("ann", "bob"):
            id = account_id(name)
            credited = self.credited(name, absorbed.get(id, []), dead)
            state = next((row.state for row in self.world.rows("accounts") if row.id == id), opened(name).model_dump())
            assert (state["credits"], state["balance"]) == (len(credited), sum(credited)), name
            assert sum(each.key == Credited.key and each.subject == id for each in told) == len(credited)
            lapsed = sum(each.key == Lapsed.key and each.subject == id for each in told)
            assert lapsed == (state["status"] == "lapsed") == self.over(name)

    def credited(self, name: str, absorbed: list[UUID], dead: set[UUID]) -> list[int]:
        """The amounts that must stand in the account: each fact has had its effect or is dead, never both."""
        amounts = [each.amount for each in self.requests if each.account == name and each.granted and each.amount]
        for id, (_, deposit) in self.facts.items():
            if deposit.account == name:
                gone = id in dead
                assert gone != (id in absorbed), f"{deposit} has {'both ends' if gone else 'no end'}"
                amounts += [] if gone else [deposit.amount]
        return amounts

    def over(self, name: str) -> bool:
        """Whether the account was opened with a deadline that has passed."""
        now = self.world.time.now()
        return any(each.until and each.until <= now for each in self.requests if each.account == name and each.granted)


Kernel.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestKernel = Kernel.TestCase
