"""What a service announces about the departments' facts that it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.aggregate import Cause, NotFound, Refused, Unavailable
from shared.contracts.aftersales import FactAnsweredByAftersales
from shared.contracts.answer import FactAnswered, Objection
from shared.contracts.complaints import ComplaintClosed, FactAnsweredByComplaints
from shared.contracts.departments import ProductionCompleted
from shared.contracts.event import Actor, Event
from shared.contracts.notify import FactAnsweredByNotify
from shared.contracts.orders import FactAnsweredByOrders
from shared.kernel.group_commit import GroupCommit
from shared.parking.answers import AnsweredFacts, Answers
from shared.parking.parked import RetryPolicy
from shared.parking.retries import Retries
from shared.parking.store import Parking
from shared.runtime.consumer import Consumer
from shared.subscriptions import Subscriptions
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase, cause
from shared.time_source import FixedTime
from shared.wire.envelope import Envelope
from shared.wire.message import Message

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
FACT = uuid4()
OPERATOR = cause(NOW, actor=Actor(kind="staff", id="op-1", role="operator"))
DONE = ProductionCompleted(order_no="SO-2026-0412", quantity_ok=12, completed_at=NOW)


def answered(outcome: str, code: str | None = None, reason: str | None = None) -> FactAnsweredByOrders:
    return FactAnsweredByOrders.model_validate(
        {
            "fact_id": FACT,
            "fact": ProductionCompleted.key,
            "outcome": outcome,
            "code": code,
            "reason": reason,
            "answered_at": NOW,
        }
    )


class Works:
    """A service that hears one fact of a department and one event of another service, and says what a test wants."""

    def __init__(self, attempts: int = 2) -> None:
        self.trouble: Exception | None = None
        self.database = InMemoryDatabase()
        self.parking = Parking(self.database)
        on = Subscriptions("orders")
        on(ProductionCompleted)(self._react)
        on(ComplaintClosed)(self._react)
        commit = self.database.group_commit.commit_or_wait
        enter = AnsweredFacts(self.database, "orders", FactAnsweredByOrders).enter
        self.answers = Answers("orders", on, enter, commit, FixedTime(NOW))
        broker: Any = SimpleNamespace(subscriber=lambda *_, **__: None)
        group_commit: GroupCommit = self.database.group_commit
        policy = RetryPolicy(attempts=attempts)
        self.consumer = Consumer(broker, on, group_commit, self.parking, policy, Metrics(), answers=self.answers)
        self.retries = Retries(
            self.parking,
            self.consumer.listeners,
            handle=self.consumer.retry,
            fire=self._never,
            group_commit=group_commit,
            policy=policy,
            metrics=Metrics(),
            answers=self.answers,
        )

    async def _never(self, _: object) -> Exception | None:
        raise AssertionError("there is no deadline here")

    def _react(self, _: Event, __: Cause) -> None:
        if self.trouble is not None:
            raise self.trouble

    async def hears(self, event: Event = DONE, subject: UUID = FACT) -> None:
        envelope = Envelope.of(event, uuid4(), subject, 1, cause(NOW))
        message = Message(f"orders.on.{event.key}", event.key, envelope.headers(), envelope.body.encode())
        await self.takes(message)

    async def takes(self, message: Message) -> None:
        arrived: Any = SimpleNamespace(message=message)
        async with self._committing():
            await self.consumer._handle([arrived])

    async def tries_again(self) -> None:
        (parked,) = (await self.parking.find({"state": "parked"})).items
        async with self._committing():
            await self.retries._retry(parked)

    @asynccontextmanager
    async def _committing(self) -> AsyncIterator[None]:
        worker = asyncio.create_task(self.database.group_commit.run())
        try:
            yield
        finally:
            worker.cancel()

    @property
    def said(self) -> tuple[Event, ...]:
        return self.database.published


@pytest.fixture
def works() -> Works:
    return Works()


async def test_a_fact_that_had_its_effect_is_taken(works: Works) -> None:
    await works.hears()
    assert works.said == (answered("taken"),)


async def test_a_fact_that_is_refused_is_answered_with_the_code_and_the_reason(works: Works) -> None:
    works.trouble = Refused("the goods left already", "left_already")
    await works.hears()
    assert works.said == (answered("refused", "left_already", "the goods left already"),)


async def test_a_fact_that_is_early_waits_and_is_taken_when_what_it_is_about_is_there(works: Works) -> None:
    works.trouble = NotFound("order", "SO-2026-0412")
    await works.hears()
    works.trouble = None
    await works.tries_again()
    early = answered("waiting", "not_found", "there is no order SO-2026-0412")
    assert works.said == (early, answered("taken"))


async def test_a_fact_about_what_is_not_known_is_answered_without_an_id_of_ours(works: Works) -> None:
    works.trouble = NotFound("order", uuid4())
    await works.hears()
    assert works.said == (answered("waiting", "not_found", "there is no order with this number"),)


async def test_a_fact_that_was_tried_often_enough_is_given_up(works: Works) -> None:
    works.trouble = NotFound("order", "SO-2026-0412")
    await works.hears()
    await works.tries_again()
    reason = "there is no order SO-2026-0412"
    assert works.said == (answered("waiting", "not_found", reason), answered("given_up", "not_found", reason))


async def test_the_same_answer_again_is_announced_once() -> None:
    works = Works(attempts=9)
    works.trouble = NotFound("order", "SO-2026-0412")
    await works.hears()
    await works.tries_again()
    await works.tries_again()
    assert works.said == (answered("waiting", "not_found", "there is no order SO-2026-0412"),)


async def test_what_nobody_expected_is_told_in_words_of_our_own(works: Works) -> None:
    works.trouble = KeyError("13800138000")
    await works.hears()
    reason = "something broke here with it; it has been logged, and operators look into it"
    assert works.said == (answered("waiting", "broken", reason),)


async def test_a_fact_that_an_operator_drops_is_said_to_be_dropped(works: Works) -> None:
    works.trouble = Refused("the goods left already", "left_already")
    await works.hears()
    (dead,) = (await works.parking.find({"state": "dead"})).items
    await works.retries.drop(dead.id, "the test system sent it", OPERATOR)
    refused = answered("refused", "left_already", "the goods left already")
    assert works.said == (refused, refused.but(outcome="dropped"))


async def test_what_is_no_departments_fact_is_not_answered(works: Works) -> None:
    assert works.answers.queues.keys() == {f"orders.on.{ProductionCompleted.key}"}


@pytest.mark.parametrize("key", ["x" * 300, "two\nlines", "complaints.complaint_closed.v1"])
async def test_a_message_that_is_not_what_its_queue_is_for_is_parked_and_not_answered(works: Works, key: str) -> None:
    envelope = Envelope.of(DONE, uuid4(), FACT, 1, cause(NOW))
    headers = envelope.headers() | {"cloudEvents:type": key}
    message = Message(f"orders.on.{DONE.key}", DONE.key, headers, envelope.body.encode())
    await works.takes(message)
    assert (await works.parking.count({"state": "dead"}), works.said) == (1, ())


async def test_an_answer_that_cannot_be_entered_ends_no_worker(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the table of answers is broken")

    monkeypatch.setattr(works.answers, "_enter", broken)
    await works.hears()
    assert works.said == ()


@pytest.mark.parametrize(
    ("service", "announced"),
    [
        ("orders", FactAnsweredByOrders),
        ("complaints", FactAnsweredByComplaints),
        ("aftersales", FactAnsweredByAftersales),
        ("notify", FactAnsweredByNotify),
    ],
)
async def test_each_service_answers_in_its_own_name(service: str, announced: type[Event]) -> None:
    database = InMemoryDatabase()
    told = FactAnswered.model_validate(answered("taken").model_dump())
    await database.group_commit.commit(cause(NOW), AnsweredFacts(database, service, announced).enter(told, cause(NOW)))
    expected: tuple[Event, ...] = (announced.of(told),)
    assert database.published == expected


@pytest.mark.parametrize("outcome", ["taken", "refused"])
async def test_what_the_service_has_against_a_fact_that_it_handled_is_told(outcome: str) -> None:
    works = Works()
    objection = Objection.model_validate({"fact": FACT, "outcome": outcome, "code": "looked_into", "reason": "多付"})
    heard: list[tuple[Event, UUID]] = []
    away = [Unavailable("the database does not answer")]

    async def object_to(fact: Event, id: UUID) -> Objection:
        heard.append((fact, id))
        if away:
            raise away.pop()
        return objection

    works.answers._objecting = object_to
    await works.hears()
    assert works.said == (answered(outcome, "looked_into", "多付"),)
    assert [fact for fact, _ in heard] == [DONE, DONE]
