"""Customers from a table over HTTP: each row is looked at or taken by itself."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BeforeValidator, Field

from intake.api import readers
from intake.domain.customer import Customer, customer_id_of
from intake.domain.decisions.importing import take_over
from intake.domain.parts.imported_customer import ImportedCustomer
from intake.domain.parts.telephone import number_of
from intake.store import Stores
from shared.aggregate import Refused
from shared.contracts.roles import CS_HEADS
from shared.contracts.vocabulary import DepartmentName
from shared.http import CausedByRequest, RequestBody, Router, View, allow
from shared.store import OneOf

ROWS_OF_AN_IMPORT = 500
"""Rows that one request takes."""
LONGEST_CELL = 4000
"""Characters of a cell beyond which no column takes it."""


def _cut(cell: object) -> object:
    return cell[: LONGEST_CELL + 1] if isinstance(cell, str) else cell


Cell = Annotated[str, BeforeValidator(_cut)]
"""A longer cell is cut after one character too many: the row whose column is read is refused by it, and no other."""
ImportOutcome = Literal["new", "same", "changed", "refused"]
REASONS = {"merged_away": "该客户的档案已并入另一份档案", "erased": "该客户已按本人要求删除"}


class ImportCustomers(RequestBody):
    """Rows of a table, each with its cells by header."""

    rows: tuple[dict[str, Cell], ...] = Field(
        min_length=1,
        max_length=ROWS_OF_AN_IMPORT,
        examples=[
            [
                {
                    "客户编号": "KH-00217",
                    "客户名称": "广州恒达装饰工程有限公司",
                    "联系人": "王建国",
                    "手机": "13800138000",
                }
            ]
        ],
    )
    source: DepartmentName = Field(default="cs", description="Whose numbers these are.", examples=["sales"])
    dry_run: bool = Field(default=False, description="Only say what would become of each row.")


class RowOutcome(View):
    """What became of a row, or would become."""

    outcome: ImportOutcome
    customer_id: UUID | None = None
    reason: str | None = Field(default=None, description="Why it was refused, in Chinese.")

    @classmethod
    def refused(cls, refusal: Refused) -> Self:
        return cls(outcome="refused", reason=REASONS.get(refusal.code, refusal.detail))


class ImportView(View):
    """The outcome of each row, in their order."""

    items: tuple[RowOutcome, ...]


def routes(stores: Stores) -> APIRouter:
    """The route that takes customers from a table."""
    router = Router(readers=readers.CUSTOMERS, tags=["customers"], prefix="/customers")
    customers = stores.customers

    @router.post("/import", dependencies=[allow(*CS_HEADS)])
    async def import_customers(body: ImportCustomers, cause: CausedByRequest) -> ImportView:
        """Open or revise a customer's file by each row; a bad row holds up no good one, and the same changes nothing.

        Headers: 客户编号, 客户名称, 客户类型, 行业, 联系人, 称呼, 手机, 邮箱, 地址, 区域, 会员, 特殊要求, 客户经理.
        A row is known by 客户编号, else by 手机, however it is spelt; a customer of another name is not meant by it,
        unless the file was opened by such a row: then the name is corrected. Cells that are empty say nothing.
        """
        read = [_read(cells) for cells in body.rows]
        alike = await customers.by_numbers({*filter(None, map(_telephone, read))})
        meant = [_meant(row, body.source, alike) for row in read]
        firsts = _firsts(meant)
        page = await customers.find({"id": OneOf(*firsts)}, limit=len(meant))
        known = {each.id: each for each in page.items}

        async def outcome(place: int) -> RowOutcome:
            each = meant[place]
            if isinstance(each, Refused):
                return RowOutcome.refused(each)
            row, id = each
            before = known.get(id)
            start = before or Customer(id=id, particulars=row.onto(None), source=body.source)
            try:
                if firsts[id][0] < place:
                    _must_say_the_same(row, *firsts[id], before)
                    return RowOutcome(outcome="same", customer_id=id)
                if body.dry_run:
                    after = take_over(start, row, cause).state
                else:
                    after = await customers.apply(id, lambda customer: take_over(customer, row, cause), cause, start)
            except Refused as refusal:
                return RowOutcome.refused(refusal)
            return RowOutcome(outcome=_outcome(start, after), customer_id=id)

        return ImportView(items=tuple(await asyncio.gather(*map(outcome, range(len(read))))))

    return router


def _read(cells: dict[str, str]) -> ImportedCustomer | Refused:
    try:
        return ImportedCustomer.read(cells)
    except Refused as refusal:
        return refusal


def _telephone(row: ImportedCustomer | Refused) -> str | None:
    """The number by which the customer of the row is known, where it has no customer's number."""
    return None if isinstance(row, Refused) or row.mobile is None else number_of(row.mobile) or row.mobile


def _meant(
    row: ImportedCustomer | Refused, source: DepartmentName, alike: Mapping[str, Sequence[Customer]]
) -> tuple[ImportedCustomer, UUID] | Refused:
    """The row with the file that it means: of those with its telephone the one of its name.

    The only one with its telephone may also have another name where a row of the same source opened it. Refused with
    `several_files` and `another_name` otherwise.
    """
    if isinstance(row, Refused):
        return row
    number = _telephone(row)
    if number is None:
        return row, customer_id_of(source, row.customer_no or "")
    files, opened = alike[number], customer_id_of(source, number)
    named = [each for each in files if each.particulars.name == row.alone.name]
    if len(named) == 1:
        return row, named[0].id
    if len(files) > 1:
        return Refused("该手机号码登记在多份档案中，请填写客户编号", "several_files")
    if files and files[0].id != opened:
        return Refused(
            f"该手机号码登记在“{files[0].particulars.name}”的档案中，名称不同，请填写客户编号", "another_name"
        )
    return row, opened


def _firsts(meant: Sequence[tuple[ImportedCustomer, UUID] | Refused]) -> Mapping[UUID, tuple[int, ImportedCustomer]]:
    """The first row about each customer, with its place."""
    found: dict[UUID, tuple[int, ImportedCustomer]] = {}
    for place, each in enumerate(meant):
        if not isinstance(each, Refused):
            found.setdefault(each[1], (place, each[0]))
    return found


def _must_say_the_same(row: ImportedCustomer, place: int, first: ImportedCustomer, before: Customer | None) -> None:
    """Refused with `twice` when an earlier row of the table says something else of this customer."""
    said = first.onto(before.particulars if before else None)
    if row.onto(said) != said:
        raise Refused(f"与本批第 {place + 1} 行是同一客户，内容不同", "twice")


def _outcome(before: Customer, after: Customer) -> ImportOutcome:
    if before.revision == after.revision:
        return "same"
    return "changed" if before.revision else "new"
