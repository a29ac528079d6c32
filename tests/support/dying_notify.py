"""`python -m dying_notify POINT PLACES`: kills itself with SIGKILL when its sending first reaches POINT.

While places are `free` a message is born claimed; when they are `taken` it is born waiting and claimed later.
"""

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
from notify.sender import DeliveryLoop, Dispatcher, HandoverToGateway
from notify.settings import Settings
from shared.service import main

PLACES = ("free", "taken")

Method = Callable[..., Awaitable[Any]]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(method: Method) -> Method:
    def dying(*args: Any) -> Any:
        die()

    return dying


def dying_after(method: Method) -> Method:
    async def dying(*args: Any) -> Any:
        await method(*args)
        die()

    return dying


def dying_once_sent(send: Method) -> Method:
    """Dies when the provider has the message and its answer has not been read."""

    async def dying(self: Gateway, message: Outgoing) -> Answer:
        sending = asyncio.create_task(send(self, message))
        asker = LocalSms(os.environ["SMS_GATEWAY_URL"])

        async def taken() -> bool:
            return (await asker.look_up(message)).seen == "seen"

        await until(taken)
        die()
        return await sending

    return dying


STEPS: dict[tuple[str, str], tuple[type, str, Callable[[Method], Method]]] = {
    ("before_claim", "free"): (Dispatcher, "claim_at_birth", dying_before),
    ("after_claim", "free"): (Dispatcher, "_send_or_release", dying_before),
    ("before_claim", "taken"): (Dispatcher, "_claim", dying_before),
    ("after_claim", "taken"): (Dispatcher, "_claim", dying_after),
}
STEPS |= {("request_sent", places): (LocalSms, "send", dying_once_sent) for places in PLACES}
STEPS |= {("answer_read", places): (LocalSms, "send", dying_after) for places in PLACES}
STEPS |= {("before_mark", places): (HandoverToGateway, "_mark", dying_before) for places in PLACES}
STEPS |= {("after_mark", places): (HandoverToGateway, "_mark", dying_after) for places in PLACES}


def prepare(point: str, places: str) -> None:
    of, method, dying = STEPS[point, places]
    setattr(of, method, dying(getattr(of, method)))
    if places == "taken":
        DeliveryLoop.claim_births = lambda self, wanted: list(wanted)  # type: ignore[method-assign]


if __name__ == "__main__":
    prepare(*sys.argv[1:])
    main(service, Settings)
