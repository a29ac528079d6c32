"""`python -m bench.find [--customers 1000000] [--questions 200]`: finding a customer by what a caller says.

The collection is filled with files as intake keeps them: companies of 20 cities, 360 brands, 9 trades, a person with
one of 40 surnames, a mobile number, an address, an order. Then rows are asked for through intake's own store, each kind
of question about customers drawn by lot. Printed are the median and the 95th percentile of a page of 50.
"""

import asyncio
import random
from argparse import ArgumentParser
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

from pymongo import MongoClient
from rich.progress import Progress

from bench.questions import filled, mongod, out, show
from intake.api.customers import CustomerRow
from intake.domain.customer import Customer, found_by
from intake.store import Customers
from shared.contracts.intake import Contact, Particulars

CHUNK = 10_000
CITIES = "广州深圳佛山东莞珠海中山上海杭州宁波苏州南京合肥武汉长沙南昌福州厦门成都重庆西安"
STREETS = "珠江解放中山人民天河环市黄埔建设滨江新港体育工业科技创业长江"
TRADES = ("装饰工程", "建筑装饰", "办公家具", "室内设计", "玻璃隔断", "建材贸易", "工程咨询", "眼镜", "物业管理")
FIRST = "恒盛华鑫宏德瑞金永泰嘉明正中东天新美"
SECOND = "达兴源泰利昌丰隆信诚和安康裕成业辉艺景雅"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
GIVEN = "建国伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅志文海波俊峰晓东"
random.seed(7)


def drawn(number: int) -> tuple[Particulars, str]:
    """A customer and the number of its order."""
    pick = random.choice
    city, brand = _word(CITIES), pick(FIRST) + pick(SECOND)
    person = pick(SURNAMES) + "".join(random.choices(GIVEN, k=pick((1, 2, 2))))
    mobile = f"1{pick('3578')}{random.randrange(10**9):09d}"
    address = f"{city}市{_word(STREETS)}{pick('东西南北中')}路 {random.randrange(1, 999)} 号"
    particulars = Particulars(
        customer_no=f"KH-{number:07d}",
        name=f"{city}{brand}{pick(TRADES)}有限公司",
        contacts=(Contact(name=person, mobile=mobile),),
        address=address,
    )
    return particulars, f"SO-2026-{number:07d}"


def _word(words: str) -> str:
    """One of these words of two characters."""
    start = 2 * random.randrange(len(words) // 2)
    return words[start : start + 2]


def fill(url: str, name: str, count: int) -> list[tuple[Particulars, str]]:
    """Write the files past the store, in chunks; some of the customers, to ask about."""
    known = []
    with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client, Progress(console=out) as progress:
        task = progress.add_task("customers", total=count)
        for start in range(0, count, CHUNK):
            new = [drawn(number) for number in range(start, min(start + CHUNK, count))]
            client[name]["customers"].insert_many([_row(*each) for each in new], ordered=False)
            known += random.sample(new, min(20, len(new)))
            progress.advance(task, len(new))
    return known


def _row(particulars: Particulars, order_no: str) -> dict[str, Any]:
    found = found_by(particulars, (order_no,))
    id = UUID(int=random.getrandbits(128))
    customer = Customer(id=id, particulars=particulars, source="cs", papers=(order_no,), found_by=found)
    return {"_id": id, "version": 1, "state": customer.model_dump(mode="json"), "causes": [], "outbox": []}


def questions(particulars: Particulars, order_no: str) -> dict[str, str]:
    """What a caller may say about this customer. The last one says little: thousands fit."""
    person, mobile = particulars.contacts[0].name, particulars.contacts[0].mobile or ""
    return {
        "the whole name": particulars.name,
        "a part of the name": particulars.name[:6],
        "name and person": f"{particulars.name[2:6]} {person}",
        "address": (particulars.address or "").replace(" ", ""),
        "initials": "gzhd" if random.random() < 0.1 else "shxyzs",
        "last four digits": mobile[-4:],
        "mobile": mobile,
        "order": order_no,
        "a city and a trade": f"{particulars.name[:2]} {particulars.name[4:8]}",
    }


async def measure(customers: Customers, about: list[tuple[Particulars, str]]) -> dict[str, list[float]]:
    """Milliseconds per page, for each kind of question."""
    times: dict[str, list[float]] = {}
    for each in about:
        for kind, question in questions(*each).items():
            began = perf_counter()
            await customers.rows(CustomerRow, {"found_by": await customers.holding(question)}, limit=50)
            times.setdefault(kind, []).append((perf_counter() - began) * 1000)
    return times


async def bench(url: str, count: int, turns: int) -> None:
    """Fill, index, ask, print."""
    async with filled(url, "find", Customers, partial(fill, count=count)) as (customers, known):
        await measure(customers, known[:5])
        times = await measure(customers, random.choices(known, k=turns))
    show(f"{count:,} customers", times)


def main() -> None:
    """Read the arguments and run on a mongod of its own."""
    given = ArgumentParser(description="What it costs to find a customer among a million.")
    given.add_argument("--customers", type=int, default=1_000_000)
    given.add_argument("--questions", type=int, default=200)
    arguments = given.parse_args()
    with mongod() as url:
        asyncio.run(bench(url, arguments.customers, arguments.questions))


if __name__ == "__main__":
    main()
