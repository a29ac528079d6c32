"""Staff chat through Apprise to a group's bot, here one that speaks JSON over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import web

from kefu_local.ports import LOOPBACK, free_ports
from notify.domain.messages.template import Words
from notify.gateways.chat import Chat
from notify.gateways.gateway import Outgoing


class Bot:
    """Keeps what is posted, unless it is full."""

    def __init__(self) -> None:
        self.posts: list[str] = []
        self.full = False
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        if self.full:
            return web.Response(status=429)
        self.posts.append((await request.json())["message"])
        return web.Response()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    known = Bot()
    app = web.Application()
    app.router.add_post("/{group}", known.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = next(free_ports())
    await web.TCPSite(runner, LOOPBACK, port).start()
    known.url = f"json://{LOOPBACK}:{port}"
    yield known
    await runner.cleanup()


def message(role: str) -> Outgoing:
    return Outgoing(uuid4(), role, Words(template="x", version=1, text="【新投诉】2026-11-0007"), datetime.now(UTC))


async def test_a_role_is_told_in_its_own_group_and_everybody_else_in_the_common_one(bot: Bot) -> None:
    chat = Chat({"cs_manager": (f"{bot.url}/managers",), "default": (f"{bot.url}/all",)})

    answers = [await chat.send(message(role)) for role in ("cs_manager", "finance")]

    assert [answer.outcome for answer in answers] == ["accepted", "accepted"]
    assert bot.posts == ["@cs_manager 【新投诉】2026-11-0007", "@finance 【新投诉】2026-11-0007"]


async def test_a_bot_that_takes_no_more_is_tried_again_later(bot: Bot) -> None:
    bot.full = True

    answer = await Chat({"default": (f"{bot.url}/all",)}).send(message("finance"))

    assert (answer.outcome, answer.wait) == ("retry_later", 60.0)


async def test_a_role_without_any_group_cannot_be_told_and_holds_up_no_other() -> None:
    answer = await Chat({"cs_manager": ("json://127.0.0.1:1",)}).send(message("finance"))

    assert (answer.outcome, answer.code) == ("permanent", "no_group")


def test_an_address_that_is_no_chat_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="carrier-pigeon:// is not a chat"):
        Chat({"default": ("carrier-pigeon://roof",)})
