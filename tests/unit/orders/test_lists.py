"""Whatever is listed or reported is read from an index, in its order: no list looks through a million orders."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from orders.domain.parts.period import ReportKind
from shared.contracts import departments as facts
from shared.store import Between, Store

SPAN = "begin=2026-09-01&end=2026-10-01"
LISTS = [
    "/orders",
    "/orders?stage=making",
    "/ui/orders",
    "/ui/orders?part=left",
    "/ui/orders?part=all",
    "/orders?customer_id=018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01",
    "/promises?stage=broken",
    "/exceptions?stage=resolved",
    "/contracts",
    "/seal-uses",
    "/register",
    "/payments/overdue",
    "/disposals",
    "/stock-checks",
    f"/costs?{SPAN}",
    "/loads?day=2026-11-26",
    "/reports?kind=sales_stats",
    f"/statistics?by=region&{SPAN}",
    f"/exports/orders.xes?{SPAN}",
]


class Asked:
    """What a store was asked for, and whether one of its indexes answers that in order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.questions: list[tuple[dict[str, object], str]] = []
        find = store.documents.find

        async def asking(where, sort, after, limit):
            self.questions.append((dict(where), sort[0]))
            return await find(where, sort, after, limit)

        excerpts = store.documents.excerpts

        async def asking_for_rows(fields, where, sort, after, limit):
            self.questions.append((dict(where), sort[0]))
            return await excerpts(fields, where, sort, after, limit)

        store.documents.find, store.documents.excerpts = asking, asking_for_rows

    @property
    def unanswered(self) -> list[tuple[dict[str, object], str]]:
        return [question for question in self.questions if not self._answered(*question)]

    def _answered(self, where: dict[str, object], sort: str) -> bool:
        equal = {field for field, value in where.items() if not isinstance(value, Between)}
        wanted = (equal, sort if sort != "id" else None)
        if not where and sort == "id":
            return True
        return set(where) - equal <= {sort} and any(
            (set(index.fields[: len(equal)]), (*index.fields, None)[len(equal)]) == wanted
            for index in self.store.indexes
            if not index.unique
        )


@pytest.fixture
def asked(company):
    of = company.stores
    listed = (of.orders, of.exceptions, of.disposals, of.stock_checks, of.costs, of.loads, of.reports)
    return [Asked(each) for each in listed]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_read_from_an_index_in_its_order(company, ask, asked, path):
    await company.place()
    answer = await ask("cs_director", "GET", path)
    assert answer.status_code == 200, answer.text
    assert any(each.questions for each in asked)
    assert [each.unanswered for each in asked] == [[]] * len(asked)


async def test_every_report_is_gathered_from_an_index(company, asked):
    await company.place()
    await company.sign_contract()
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="断货")
    await company.until(datetime(2027, 1, 2, tzinfo=UTC))
    kinds = {report.kind async for report in company.stores.reports.each()}
    assert kinds == set(get_args(ReportKind))
    assert [each.unanswered for each in asked] == [[]] * len(asked)


async def test_orders_that_are_ready_are_read_from_an_index(company, ask, asked):
    vehicle = {"name": "粤A·12345", "volume_litres": 48000, "cost": 300, "cost_per_place": 100}
    await ask("warehouse", "POST", "/loads", {"day": "2026-11-26", "vehicles": [vehicle]})
    assert [sort for _, sort in asked[0].questions] == ["ship_on"]
    assert asked[0].unanswered == []
