"""`python -m dying_notify POINT`: a notify that kills itself with SIGKILL when its sending first reaches POINT."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from waiting import until

from notify.app import service
from notify.gateways.gateway import Answer, Gateway, Outgoing
from notify.gateways.local import LocalSms
from notify.sender.courier import Courier
from notify.settings import Settings
from shared.service import main

POINTS = ("before_claim", "after_claim", "request_sent", "answer_read", "before_mark", "after_mark")

Method = Callable[..., Awaitable[Any]]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(method: Method) -> Method:
    async def dying(*args: Any) -> Any:
        die()

    return dying


def dying_after(method: Method) -> Method:
    async def dying(*args: Any) -> Any:
        await method(*args)
        die()

    return dying


def dying_once_sent(send: Method) -> Method:
    """Dies when the provider has the message and nobody has read its answer."""

    async def dying(self: Gateway, message: Outgoing) -> Answer:
        sending = asyncio.create_task(send(self, message))
        asker = LocalSms(os.environ["SMS_GATEWAY_URL"])

        async def taken() -> bool:
            return (await asker.look_up(message)).seen == "seen"

        await until(taken)
        die()
        return await sending

    return dying


def prepare(point: str) -> None:
    if point == "request_sent":
        LocalSms.send = dying_once_sent(LocalSms.send)  # type: ignore[method-assign, assignment]
    if point == "answer_read":
        LocalSms.send = dying_after(LocalSms.send)  # type: ignore[method-assign, assignment]
    for step in ("claim", "mark"):
        for when, dying in (("before", dying_before), ("after", dying_after)):
            if point == f"{when}_{step}":
                setattr(Courier, f"_{step}", dying(getattr(Courier, f"_{step}")))


if __name__ == "__main__":
    prepare(sys.argv[1])
    main(service, Settings)
