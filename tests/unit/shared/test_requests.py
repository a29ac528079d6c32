"""A request is a cause of the person who made it, under the key that they chose; its answer is for who asks."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel

from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import StaffId
from shared.http import CausedByRequest, RequestBody, Router, allow, answer_problems, guarded
from shared.identity import Principal
from shared.testing.world import Introductions
from shared.time_source import TimeSource


class Seen(BaseModel):
    id: str
    actor: str


def door() -> tuple[FastAPI, Introductions]:
    router = Router(readers=(Role.GM,))

    @router.post("/wishes")
    async def wish(cause: CausedByRequest) -> Seen:
        return Seen(id=str(cause.id), actor=f"{cause.actor.kind} {cause.actor.id} {cause.actor.role}")

    app, introductions = FastAPI(), Introductions()
    app.state.time, app.state.authenticator = TimeSource(), introductions
    answer_problems(app)
    app.include_router(router, dependencies=guarded())
    return app, introductions


async def test_keys_of_different_people_never_meet() -> None:
    app, introductions = door()
    asked = [
        (Principal.staff("a", Role.GM), "b:c"),
        (Principal.staff("a:b", Role.GM), "c"),
        (Principal.staff("a:b:c", Role.GM), ":"),
        (Principal.staff("finance", Role.FINANCE), "1"),
        (Principal.system(Department.FINANCE), "1"),
    ]
    async with AsyncClient(transport=ASGITransport(app), base_url="http://door") as http:

        async def wish(who: Principal, key: str) -> Seen:
            headers = {"Authorization": introductions.introduce(who), "Idempotency-Key": key}
            return Seen.model_validate((await http.post("/wishes", headers=headers)).json())

        seen = await asyncio.gather(*(wish(who, key) for who, key in asked))
        again = await asyncio.gather(*(wish(who, key) for who, key in asked))
    assert len({each.id for each in seen}) == len(asked)
    assert seen == again
    assert [each.actor for each in seen][-2:] == ["staff finance finance", "department finance finance"]


class Person(BaseModel):
    name: str
    mobile: str | None


class Files(BaseModel):
    people: list[Person]
    address: str | None
    total: float


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_how_a_customer_is_reached_is_null_for_all_whom_the_router_does_not_name(method: str) -> None:
    router = Router(readers=(Role.GM, Role.FINANCE, Department.WAREHOUSE), whole=(Role.GM, Role.WAREHOUSE))

    @router.get("/files")
    @router.post("/files", dependencies=[allow(Role.GM, Role.FINANCE, Department.WAREHOUSE)])
    async def files() -> Files:
        return Files(people=[Person(name="王建国", mobile="13800138000")], address="珠江东路 6 号", total=1.5)

    app, introductions = FastAPI(), Introductions()
    app.state.time, app.state.authenticator = TimeSource(), introductions
    answer_problems(app)
    app.include_router(router, dependencies=guarded())
    whole = {"people": [{"name": "王建国", "mobile": "13800138000"}], "address": "珠江东路 6 号", "total": 1.5}
    covered = {"people": [{"name": "王建国", "mobile": None}], "address": None, "total": 1.5}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://door") as http:

        async def seen_by(who: Principal) -> object:
            answer = await http.request(method, "/files", headers={"Authorization": introductions.introduce(who)})
            assert int(answer.headers["content-length"]) == len(answer.content)
            return answer.json()

        assert await seen_by(Principal.staff("chen", Role.GM)) == whole
        assert await seen_by(Principal.staff("xie", Role.FINANCE)) == covered
        assert await seen_by(Principal.staff("xie", Role.FINANCE, Role.WAREHOUSE)) == whole
        assert await seen_by(Principal.system(Department.WAREHOUSE)) == covered, "a department is not its namesake role"


class Giving(RequestBody):
    to: StaffId
    beside: tuple[StaffId, ...] = ()


@pytest.mark.parametrize(
    "wrong", ["cs-\u043e1", "cs\u200b-01", "ｃs-01", "cs\u201301", " cs-01", "cs-01\n", "Jose\u0301"]
)
async def test_a_colleague_whom_a_request_names_is_an_identity(wrong: str) -> None:
    router = Router(readers=(Role.GM,))

    @router.post("/gifts", dependencies=[allow(Role.GM)])
    async def give(body: Giving) -> str:
        return body.to

    app, introductions = FastAPI(), Introductions()
    app.state.time, app.state.authenticator = TimeSource(), introductions
    answer_problems(app)
    app.include_router(router, dependencies=guarded())
    headers = {"Authorization": introductions.introduce(Principal.staff("gm-1", Role.GM))}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://door") as http:
        bodies = ({"to": "张敏"}, {"to": wrong}, {"to": "cs-01", "beside": ["cs-02", wrong]})
        answers = [await http.post("/gifts", headers=headers, json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [200, 422, 422]
    assert [answer.json()["errors"][0]["where"] for answer in answers[1:]] == ["body.to", "body.beside.1"]


def test_a_colleague_who_is_kept_is_read_as_written() -> None:
    assert Giving.model_validate({"to": "cs-\u043e1"}).to == "cs-\u043e1"
