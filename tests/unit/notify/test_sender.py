"""Many messages at once: all go out, each once, and bulk leaves room for what somebody waits for."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

from customers import customer
from facts import greeting, ready, released
from notify_in_memory import PLACES, InMemoryNotify
from waiting import until

from notify.domain.answer import Answer, accepted
from notify.gateways.gateway import Outgoing


@asynccontextmanager
async def sending(notify: InMemoryNotify):
    stop = asyncio.Event()
    running = asyncio.create_task(notify.sender.run(stop))
    yield
    stop.set()
    await running


class Counter:
    """A provider's counter that is closed until somebody opens it; knows how many stand before it."""

    def __init__(self, notify: InMemoryNotify) -> None:
        self.open = asyncio.Event()
        self.waiting: list[Outgoing] = []
        self._send: Callable[[Outgoing], Awaitable[Answer]] = notify.sms.send
        notify.sms.send = self.serve

    async def serve(self, message: Outgoing) -> Answer:
        self.waiting.append(message)
        await self.open.wait()
        await self._send(message)
        return accepted(None)

    def templates(self) -> list[str]:
        return sorted(message.words.template for message in self.waiting)


def stand(counter: Counter, count: int):
    async def there() -> bool:
        return len(counter.waiting) == count

    return there


async def test_everything_due_goes_out_once(notify: InMemoryNotify) -> None:
    for number in range(50):
        await notify.hear(released(f"SO-{number}", customer(number)))
        await notify.hear(greeting("中秋", customer(100 + number)))

    async with sending(notify):
        await until(lambda: _all_accepted(notify, 100))

    assert len({message.id for message in notify.sms.sent}) == len(notify.sms.sent) == 100


async def test_bulk_leaves_room_for_live_messages(notify: InMemoryNotify) -> None:
    counter = Counter(notify)
    for number in range(20):
        await notify.hear(greeting("中秋", customer(number)))

    async with sending(notify):
        await until(stand(counter, PLACES * 3 // 4))
        for number in range(20):
            await notify.hear(released(f"SO-{number}", customer(100 + number)))
        await until(stand(counter, PLACES))
        assert counter.templates() == ["care_greeting"] * 6 + ["order_placed"] * 2
        counter.open.set()
        await until(lambda: _all_accepted(notify, 40))


async def test_what_is_under_way_comes_to_its_end_and_the_rest_stays_queued(notify: InMemoryNotify) -> None:
    counter = Counter(notify)
    for number in range(20):
        await notify.hear(ready(f"SO-{number}", customer(number)))

    async with sending(notify):
        await until(stand(counter, PLACES))
        asyncio.get_running_loop().call_later(0.05, counter.open.set)

    states = [each.state for each in await notify.all()]
    assert (states.count("accepted"), states.count("queued")) == (PLACES, 20 - PLACES)


async def _all_accepted(notify: InMemoryNotify, count: int) -> bool:
    return len(await notify.all(state="accepted")) == count
