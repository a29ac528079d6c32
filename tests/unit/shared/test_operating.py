"""The operators' page of a service: how it is, what failed alike, and a rehearsal above every replay."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import get_args
from uuid import uuid4

import pytest
from ledger import Accounts, Deposited, subscriptions

from shared.aggregate import Refused
from shared.contracts.roles import Role
from shared.parking.api import ParkedRow
from shared.parking.dead_group import DeadGroups, group_id_of
from shared.parking.parked import Parked, ParkedState, RetryPolicy, possible
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing import World, cause, in_memory, nowhere
from shared.wire.envelope import Envelope
from shared.wire.message import Message

NOW = datetime(2026, 11, 28, tzinfo=UTC)
QUEUE = "ledger.on.test.deposited.v1"


def text(html: str) -> str:
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def forms(html: str) -> list[str]:
    """Where the forms of the page send what is filled in."""
    return re.findall(r'<form [^>]*data-send="(.*?)"', html)


@pytest.fixture
def world() -> World:
    plumbing = in_memory("ledger", nowhere(ServiceSettings), at=NOW)
    service = Service(
        plumbing,
        subscriptions=subscriptions(Accounts(plumbing.database)),
        providers=lambda: {"tide": "停用，30秒后再试"},
    )
    return World(service)


async def dies(world: World, account: str, amount: int = 1, code: str = "no_account") -> Parked:
    """A deposit that could not be credited."""
    envelope = Envelope.of(Deposited(account=account, amount=amount), uuid4(), uuid4(), 1, cause())
    message = Message(QUEUE, envelope.key, envelope.headers(), envelope.body.encode())
    died = world.service.plumbing.parking.message_failed(message, Refused("no such account", code), RetryPolicy())
    return await world.database.group_commit.commit(cause(), died)


async def page(world: World, path: str = "", by: str | None = None) -> str:
    answer = await world.ask(Role.OPERATOR, "GET", f"/ui/ops{path}", by=by)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_card_of_a_service_counts_what_failed_alike_the_largest_group_first(world: World) -> None:
    await dies(world, "a", code="other")
    for name in ("b", "c"):
        await dies(world, name)
    html = await page(world)
    rows = re.findall(
        r'<tr><td><a href="(.*?)">.*?</a></td><td class="wrap">(.*?)</td>.*?<td class="num">(\d+)</td>', html
    )
    assert [(unescape(address), why, count) for address, why, count in rows] == [
        (f"/ops/ledger?queue={QUEUE}&code=no_account", "no_account：no such account", "2"),
        (f"/ops/ledger?queue={QUEUE}&code=other", "other：no such account", "1"),
    ]
    assert "已放弃 3" in text(html)
    assert "tide 停用，30秒后再试" in text(html)


async def test_the_page_is_for_operators_alone(world: World) -> None:
    for path in ("", f"/groups?queue={QUEUE}&code=x", f"/letters/{uuid4()}"):
        assert (await world.ask(Role.GM, "GET", f"/ui/ops{path}")).status_code == 403


async def test_a_group_shows_what_a_replay_would_come_to_before_it_is_replayed(world: World) -> None:
    for amount in (1, 2, 666):
        await dies(world, "a", amount)
    await dies(world, "b", code="other")
    html = await page(world, f"/groups?queue={QUEUE}&code=no_account")
    assert "最老的3件现在重放： 2件会成功 ，1件仍不行" in text(html)
    assert "RuntimeError：" in text(html)
    assert forms(html) == ["/ledger/dead/replay", "/ledger/dead/groups/mark"]
    given = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', html)
    assert given == [("queue", QUEUE), ("code", "no_account")] * 2


async def test_a_group_that_is_being_replayed_says_how_far_it_has_come_and_looks_again(world: World) -> None:
    await dies(world, "a")
    said = {"queue": QUEUE, "code": "no_account"}
    answer = await world.ask(Role.OPERATOR, "POST", "/dead/replay", said)
    assert answer.json() == {"count": 1}
    html = await page(world, f"/groups?queue={QUEUE}&code=no_account")
    assert "还有1件在重试，已补办0件。" in text(html)
    assert "这一组的消息正在自动重试，不用处理。" in text(html)
    assert 'data-again="2000"' in html
    assert forms(html) == ["/ledger/dead/groups/mark"]


async def test_a_message_is_shown_with_its_body_and_an_edit_is_confirmed_by_another_person(world: World) -> None:
    dead = await dies(world, "a", 41)
    at = f"/ledger/dead/{dead.id}"
    html = await page(world, f"/letters/{dead.id}", by="zhou")
    assert forms(html) == [f"{at}/replay", f"{at}/edit", f"{at}/drop"]
    assert '"amount":41' in re.sub(r"\s", "", text(html))
    edited = await world.ask(Role.OPERATOR, "POST", f"/dead/{dead.id}/edit", {"body": "{}"}, by="zhou")
    proposed = edited.json()["proposed"]["id"]
    assert f"{at}/confirm" not in forms(await page(world, f"/letters/{dead.id}", by="zhou"))
    other = await page(world, f"/letters/{dead.id}", by="wu")
    assert forms(other)[0] == f"{at}/confirm"
    assert f'name="edit" value="{proposed}"' in other


async def test_what_an_operator_may_do_stands_in_list_and_view(world: World) -> None:
    async def shown(id: object) -> list[str]:
        (row,) = (await world.ask(Role.OPERATOR, "GET", "/dead")).json()["items"]
        one = (await world.ask(Role.OPERATOR, "GET", f"/dead/{id}")).json()
        assert row["possible"] == one["possible"]
        assert {*row} == {*ParkedRow.model_fields, "possible"} - {"overdue", "edit_id"}
        assert all(each["roles"] == ["operator"] for each in row["possible"])
        return [each["decision"] for each in row["possible"]]

    dead = await dies(world, "a")
    assert await shown(dead.id) == ["replay", "drop", "propose_edit"]
    await world.ask(Role.OPERATOR, "POST", f"/dead/{dead.id}/edit", {"body": "{}"}, by="zhou")
    assert await shown(dead.id) == ["replay", "drop", "propose_edit", "confirm_edit"]
    await world.ask(Role.OPERATOR, "POST", f"/dead/{dead.id}/drop", {"reason": "a test sent it"}, by="zhou")
    assert await shown(dead.id) == []


@pytest.mark.parametrize("state", get_args(ParkedState))
def test_a_deadline_is_not_edited(state: ParkedState) -> None:
    offered = [each.decision for each in possible(state, message=False, proposed=False)]
    assert offered == ([] if state == "dropped" else ["replay", "drop"])


MARKED = {"queue": QUEUE, "code": "no_account", "owner": "zhou", "note": "等账号导入", "held": True}


async def test_a_group_is_marked_with_owner_note_and_hold_and_all_marks_stay(world: World) -> None:
    await dies(world, "a")
    await dies(world, "b", code="other")
    answer = await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED, by="wu")
    freed = {**MARKED, "note": "账号已导入", "held": False}
    await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", freed, by="zhou")
    again = await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED, by="wu")
    assert [(each["by"], each["note"], each["held"]) for each in again.json()["marks"]] == [
        ("wu", "等账号导入", True),
        ("zhou", "账号已导入", False),
        ("wu", "等账号导入", True),
    ]
    assert answer.json()["marks"] == again.json()["marks"][:1]
    groups = (await world.ask(Role.OPERATOR, "GET", "/dead/groups")).json()
    assert {each["code"]: (each["owner"], each["note"], each["held"]) for each in groups} == {
        "no_account": ("zhou", "等账号导入", True),
        "other": (None, None, False),
    }


async def test_a_mark_is_of_the_database_and_is_in_the_audit_trail(world: World) -> None:
    await dies(world, "a")
    await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED, by="wu")
    assert (await DeadGroups(world.database).get(group_id_of(QUEUE, "no_account"))).mark.owner == "zhou"  # type: ignore[union-attr]
    (entry,) = (await world.ask(Role.GM, "GET", "/audit?kind=act")).json()["items"]
    assert (entry["who"], entry["route"], entry["status"]) == ("wu", "/dead/groups/mark", 200)


async def test_a_group_is_not_held_without_an_owner_and_only_operators_mark(world: World) -> None:
    unknown = await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    await dies(world, "a")
    ownerless = {**MARKED, "owner": None}
    refused = await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", ownerless)
    assert (refused.status_code, refused.json()["code"]) == (409, "held_without_owner")
    assert (await world.ask(Role.GM, "POST", "/dead/groups/mark", MARKED)).status_code == 403
    assert await DeadGroups(world.database).marks() == {}


async def test_a_held_group_is_amber_with_its_owner_until_another_one_dies(world: World) -> None:
    await dies(world, "a")
    assert '<dd class="missed-ink">1</dd>' in await page(world)
    await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED)
    html = await page(world)
    assert '<dd class="near-ink">1</dd>' in html
    assert "搁置 zhou 等账号导入" in text(html)
    await dies(world, "b", code="other")
    assert '<dd class="missed-ink">2</dd>' in await page(world)


async def test_the_page_of_a_group_has_the_form_of_its_mark_filled_in_and_what_was_said(world: World) -> None:
    await dies(world, "a")
    at = f"/groups?queue={QUEUE}&code=no_account"
    assert forms(await page(world, at)) == ["/ledger/dead/replay", "/ledger/dead/groups/mark"]
    await world.ask(Role.OPERATOR, "POST", "/dead/groups/mark", MARKED, by="wu")
    html = await page(world, at)
    assert 'value="zhou"' in html
    assert "搁置，zhou负责：等账号导入 wu 11-28 08:00" in text(html)
