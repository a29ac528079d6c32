"""`python -m bench.complaints [--complaints 1000000] [--questions 200]`: lists, searches and cases among a million.

The collection is filled with cases as complaints keeps them, of three years: 20,000 customers of 20 cities, 60 things
that customers say about 12 products, nine of ten cases closed; each was visited, told of, audited and checked for its
warranty. Then pages of 50 rows, as the door answers them with what is possible, and single cases are asked for, each
kind of question about cases drawn by lot. Printed are the median and the 95th percentile in milliseconds.
"""

import asyncio
import random
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

from pymongo import MongoClient
from rich.progress import Progress

from bench.questions import filled, mongod, out, show
from complaints.api.views import ComplaintRow
from complaints.domain.complaint import Complaint
from complaints.domain.parts.form import Form
from complaints.domain.parts.handling import HandlingAudit, Notice, Visit, WarrantyNote
from complaints.store import Complaints
from shared.contracts.aftersales import WarrantyRule
from shared.contracts.vocabulary import CustomerSnapshot
from shared.http import Listing
from shared.search import tokens
from shared.store import Between, OneOf

CHUNK = 10_000
CUSTOMERS = 20_000
TODAY = datetime(2026, 11, 29, tzinfo=UTC)
CITIES = "广州深圳佛山东莞珠海中山上海杭州宁波苏州南京合肥武汉长沙南昌福州厦门成都重庆西安"
TRADES = ("装饰工程", "建筑装饰", "办公家具", "室内设计", "玻璃隔断", "建材贸易", "工程咨询", "眼镜", "物业管理")
FIRST = "恒盛华鑫宏德瑞金永泰嘉明正中东天新美"
SECOND = "达兴源泰利昌丰隆信诚和安康裕成业辉艺景雅"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
GIVEN = "建国伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅志文海波俊峰晓东"
GOODS = ("玻璃", "高隔断", "门锁", "百叶", "铝框", "木门", "屏风", "文件柜", "会议桌", "地弹簧", "胶条", "五金")
FAULTS = ("边缘崩角", "表面划伤", "颜色不符", "闭合有异响", "尺寸偏差")
random.seed(7)


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked about a case."""

    id: UUID
    number: str
    customer: CustomerSnapshot
    order_no: str
    owner: str
    content: str
    accepted_at: datetime


def customers() -> list[tuple[CustomerSnapshot, tuple[str, ...]]]:
    """Customers, and what their cases are found by for their sake."""
    drawn = []
    for number in range(CUSTOMERS):
        pick = random.choice
        start = 2 * random.randrange(len(CITIES) // 2)
        name = f"{CITIES[start : start + 2]}{pick(FIRST)}{pick(SECOND)}{pick(TRADES)}有限公司"
        person = pick(SURNAMES) + "".join(random.choices(GIVEN, k=pick((1, 2, 2))))
        mobile = f"1{pick('3578')}{random.randrange(10**9):09d}"
        known = CustomerSnapshot(customer_id=UUID(int=number + 1), name=name, contact_name=person, mobile=mobile)
        drawn.append((known, tokens((name, person), (), (mobile,))))
    return drawn


def fill(url: str, name: str, count: int) -> list[Case]:
    """Write the cases past the store, in chunks; some of them, to ask about."""
    known: list[Case] = []
    owners, people = [f"cs-{n:02d}" for n in range(40)], customers()
    said = {text: tokens((), (text,)) for text in (f"{goods}{fault}，要求更换" for goods in GOODS for fault in FAULTS)}
    form = Form(customer=people[0][0], complainant="王建国", channel="phone", received_at=TODAY, content="玻璃崩角")
    pattern = _handled(form).model_dump(mode="json")
    with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client, Progress(console=out) as progress:
        task = progress.add_task("complaints", total=count)
        for start in range(0, count, CHUNK):
            rows, cases = [], []
            for number in range(start, min(start + CHUNK, count)):
                customer, found = random.choice(people)
                accepted = TODAY - timedelta(seconds=(count - number) * 3 * 365 * 86400 // count)
                case = Case(
                    id=UUID(int=random.getrandbits(128)),
                    number=f"{accepted:%Y-%m}-{number:07d}",
                    customer=customer,
                    order_no=f"SO-{accepted:%Y}-{number:07d}",
                    owner=random.choice(owners),
                    content=random.choice(tuple(said)),
                    accepted_at=accepted,
                )
                cases.append(case)
                numbers = tokens((), (), (case.number, case.order_no))
                rows.append(_row(pattern, case, sorted({*found, *said[case.content], *numbers})))
            client[name]["complaints"].insert_many(rows, ordered=False)
            known += random.sample(cases, min(20, len(cases)))
            progress.advance(task, len(cases))
    return known


def _handled(form: Form) -> Complaint:
    """What colleagues leave in a case, and what of it says what may be decided next."""
    told, by = "玻璃边缘崩角三处，已向客户说明处理办法，客户同意" * 4, "cs-01"
    known = WarrantyNote(check_id=UUID(int=1), verdict="in_warranty", rule=WarrantyRule(), at=TODAY)
    return Complaint(
        id=UUID(int=1),
        form=form,
        stage="closed",
        policy_version=1,
        visits=(Visit(visited_at=TODAY, note=told, by=by, at=TODAY),) * 2,
        notices=(Notice(way="letter", words=told, letter="letters/1.pdf", by=by, at=TODAY),),
        audits=(HandlingAudit(complete=True, findings=told, by=by, at=TODAY),),
        warranty=(known,),
    )


def _row(pattern: dict[str, Any], case: Case, found: list[str]) -> dict[str, Any]:
    at = case.accepted_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    form = pattern["form"] | {
        "customer": case.customer.model_dump(mode="json"),
        "received_at": at,
        "content": case.content,
        "order_no": case.order_no,
    }
    stage = "closed" if random.random() < 0.9 else random.choice(("filed", "investigating", "proposed", "approved"))
    state = pattern | {
        "id": str(case.id),
        "form": form,
        "stage": stage,
        "number": case.number,
        "owner": case.owner,
        "accepted_at": at,
        "close_by": (case.accepted_at + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "found_by": found,
    }
    return {"_id": case.id, "version": 1, "state": state, "causes": [], "outbox": []}


def questions(complaints: Complaints, case: Case) -> dict[str, Callable[[], Awaitable[object]]]:
    """What a colleague may ask for."""

    def rows(where: dict[str, Any], sort: str = "-form.received_at") -> Callable[[], Awaitable[object]]:
        async def shown() -> object:
            page = await complaints.rows(ComplaintRow, where, sort=sort, limit=50)
            seen = [row.read_by("cs-01") for row in page.items]
            return Listing[ComplaintRow](items=seen, next=page.next).model_dump_json()

        return shown

    def words(question: str) -> Callable[[], Awaitable[object]]:
        async def found() -> object:
            return await rows({"found_by": await complaints.holding(question)})()

        return found

    name, person = case.customer.name, case.customer.contact_name or ""
    live = OneOf("filed", "investigating", "proposed", "approved")
    return {
        "list: the newest": rows({}),
        "list: a stage": rows({"stage": "proposed"}),
        "list: an owner's": rows({"owner": case.owner}),
        "list: a customer's": rows({"form.customer.customer_id": case.customer.customer_id}),
        "list: overdue": rows({"stage": live, "close_by": Between(None, TODAY)}, "close_by"),
        "find: number": rows({"number": case.number}),
        "find: order": words(case.order_no),
        "find: the whole name": words(name),
        "find: name and person": words(f"{name[2:6]} {person}"),
        "find: what was said": words(case.content[:4]),
        "find: name and what was said": words(f"{name[2:6]} {case.content[:2]}"),
        "find: initials": words("gzhd"),
        "find: last four digits": words((case.customer.mobile or "")[-4:]),
        "open": lambda: complaints.get(case.id),
    }


async def measure(complaints: Complaints, about: list[Case]) -> dict[str, list[float]]:
    """Milliseconds per answer, for each kind of question."""
    times: dict[str, list[float]] = {}
    for each in about:
        for kind, ask in questions(complaints, each).items():
            began = perf_counter()
            await ask()
            times.setdefault(kind, []).append((perf_counter() - began) * 1000)
    return times


async def bench(url: str, count: int, turns: int) -> None:
    """Fill, index, ask, print."""
    async with filled(url, "complaints", Complaints, partial(fill, count=count)) as (complaints, known):
        await measure(complaints, known[:5])
        times = await measure(complaints, random.choices(known, k=turns))
    show(f"{count:,} complaints", times)


def main() -> None:
    """Read the arguments and run on a mongod of its own."""
    given = ArgumentParser(description="What it costs to list, find and open a complaint among a million.")
    given.add_argument("--complaints", type=int, default=1_000_000)
    given.add_argument("--questions", type=int, default=200)
    arguments = given.parse_args()
    with mongod() as url:
        asyncio.run(bench(url, arguments.complaints, arguments.questions))


if __name__ == "__main__":
    main()
