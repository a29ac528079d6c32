"""Where complaints, their registers, their papers and what follows from them are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AliasPath, Field

from complaints.domain.allowance import Allowance
from complaints.domain.cause_list import CauseList
from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.decisions.filing import find_anew
from complaints.domain.figures.statistics import CaseFigures, Counted
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.known_order import KnownOrder
from complaints.domain.monthly_review import MonthlyReview
from complaints.domain.parts.evaluation import CaseReview
from complaints.domain.penalty import Penalty
from complaints.domain.register import Register
from complaints.domain.report import Report
from complaints.domain.roles import PENALTY_READERS
from shared.contracts.event import Part
from shared.contracts.vocabulary import AboutComplaint, ContractNo, CustomerId, OrderNo, order_id_of
from shared.customer_files import CustomerFiles
from shared.erasure import ErasedCustomers, Personal
from shared.merged_files import MergedFiles
from shared.pages.proofs import CustomerProofs
from shared.pictures.picture import Pictures
from shared.store import AllOf, Between, DatabaseLike, Index, OneOf, Store
from shared.word_search import WordSearch

PAGE = 500
"""Rows that statistics read at a time."""


class Registers(Store[Register]):
    """One register a month."""

    collection = "registers"
    kind = Register


class Complaints(Store[Complaint]):
    """Every complaint and every draft."""

    collection = "complaints"
    kind = Complaint
    indexes = (
        Index("number", unique=True),
        Index("form.received_at"),
        Index("stage", "form.received_at"),
        Index("form.customer.customer_id", "form.received_at"),
        Index("form.order_no", "form.received_at"),
        Index("root_cause.code", "form.received_at"),
        Index("owner", "form.received_at"),
        Index("level", "form.received_at"),
        Index("judgement.responsible_department", "form.received_at"),
        Index("classification.category", "form.received_at"),
        Index("major", "form.received_at"),
        Index("stage", "close_by"),
        Index("stage", "turn"),
        Index("loss_waits", "close_by"),
        Index("accepted_at"),
        Index("closing.at"),
        Index("found_by", "form.received_at"),
    )

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._search = WordSearch(self)

    async def holding(self, question: str | None) -> AllOf | None:
        """What the found rows have. None without a question; refused with `too_short` for what says too little."""
        return await self._search.holding(question)


class Allowances(Store[Allowance]):
    """Every discount certificate."""

    collection = "allowances"
    kind = Allowance
    indexes = (
        Index("stage", "certificate_no"),
        Index("case.about.customer.customer_id", "certificate_no"),
        Index("case.about.complaint_no"),
    )


class GoodsReturns(Store[GoodsReturn]):
    """Every return note."""

    collection = "goods_returns"
    kind = GoodsReturn
    indexes = (
        Index("stage", "return_no"),
        Index("case.about.customer.customer_id", "return_no"),
        Index("case.about.complaint_no"),
        Index("case.concerning.order_no"),
    )


class Penalties(Store[Penalty]):
    """Every punishment that was proposed."""

    collection = "penalties"
    kind = Penalty
    confidential_to = frozenset(PENALTY_READERS)
    indexes = (
        Index("standing", unique=True),
        Index("stage", "proposed_at"),
        Index("case.complaint_no"),
        Index("what.target", "proposed_at"),
    )


class CorrectiveActions(Store[CorrectiveAction]):
    """Every improvement that a department owes."""

    collection = "corrective_actions"
    kind = CorrectiveAction
    indexes = (
        Index("stage", "case.complaint_no"),
        Index("department", "case.complaint_no"),
        Index("cause_code", "watched_until"),
        Index("case.complaint_no"),
    )


class MonthlyReviews(Store[MonthlyReview]):
    """One review a month in which cases were closed."""

    collection = "monthly_reviews"
    kind = MonthlyReview
    indexes = (Index("month"),)


class Reports(Store[Report]):
    """Every published table."""

    collection = "reports"
    kind = Report
    indexes = (Index("made_at"),)


class KnownOrders(Store[KnownOrder]):
    """The orders that a complaint may be about."""

    collection = "known_orders"
    kind = KnownOrder
    indexes = (Index("contract_no"),)


class CauseLists(Store[CauseList]):
    """The one list of root causes."""

    collection = "cause_lists"
    kind = CauseList


class ClosedRow(Part):
    """What a month's review reads of a closed case."""

    id: UUID
    number: str
    outcome: str = Field(validation_alias=AliasPath("closing", "outcome"))


@dataclass(frozen=True, slots=True)
class Stores:
    """All that complaints keeps."""

    registers: Registers
    complaints: Complaints
    causes: CauseLists
    allowances: Allowances
    returns: GoodsReturns
    penalties: Penalties
    actions: CorrectiveActions
    reviews: MonthlyReviews
    reports: Reports
    orders: KnownOrders
    merged_files: MergedFiles
    files: CustomerFiles
    erased_customers: ErasedCustomers
    pictures: Pictures
    proofs: CustomerProofs

    @classmethod
    def on(cls, database: DatabaseLike) -> Self:
        """The stores in this database."""
        return cls(
            Registers(database),
            Complaints(database),
            CauseLists(database),
            Allowances(database),
            GoodsReturns(database),
            Penalties(database),
            CorrectiveActions(database),
            MonthlyReviews(database),
            Reports(database),
            KnownOrders(database),
            MergedFiles(database),
            CustomerFiles(database),
            ErasedCustomers(database),
            Pictures(database),
            CustomerProofs(database),
        )

    def personal(self) -> tuple[Personal, ...]:
        """Where complaints keeps something personal about customers (003 二1-7)."""
        return (
            Personal(self.complaints, "form.customer.customer_id", words=("complainant", "signatory"), also=find_anew),
            Personal(self.allowances, "case.about.customer.customer_id"),
            Personal(self.returns, "case.about.customer.customer_id"),
            Personal(self.files, "customer_id", words=("contacts",)),
            self.pictures.personal,
        )

    async def counted_between(self, begin: datetime, end: datetime) -> list[Counted]:
        """What statistics read of the cases that were accepted in this time, the end excluded, in their order."""
        counted: list[Counted] = []
        after = None
        while True:
            page = await self.complaints.rows(
                CaseFigures, {"accepted_at": Between(begin, end)}, sort="accepted_at", after=after, limit=PAGE
            )
            orders = await self._orders(page.items)
            counted += [
                Counted(case, orders.get(order_id_of(case.order_no)) if case.order_no else None) for case in page.items
            ]
            if (after := page.next) is None:
                return counted

    async def closed_between(self, begin: datetime, end: datetime) -> tuple[CaseReview, ...]:
        """The cases that were closed in this time, the end excluded, each still to be reviewed."""
        rows = self.complaints.each_row(ClosedRow, {"closing.at": Between(begin, end)}, sort="closing.at")
        return tuple(
            [
                CaseReview(case=AboutComplaint(complaint_id=row.id, complaint_no=row.number), outcome=row.outcome)
                async for row in rows
            ]
        )

    async def recovered(self) -> frozenset[str]:
        """The numbers of all cases whose customer was won back, as their reviews say."""
        numbers: set[str] = set()
        async for review in self.reviews.each():
            numbers |= review.recovered
        return frozenset(numbers)

    async def cause_list(self) -> CauseList:
        """The one list of root causes, as it has grown."""
        page = await self.causes.find(limit=1)
        return page.items[0] if page.items else CauseList.empty()

    async def order_of(
        self, order_no: OrderNo | None, contract_no: ContractNo | None = None, customer: CustomerId | None = None
    ) -> KnownOrder | None:
        """What is known of the order with this number, else of the one that has this contract; None where none is.

        The order of another file of the same person is this customer's.
        """
        order = await self._order_named(order_no, contract_no)
        if order is None or customer is None or order.customer_id == customer:
            return order
        same = await self.merged_files.are_one(order.customer_id, customer)
        return order.but(customer_id=customer) if same else order

    async def _order_named(self, order_no: OrderNo | None, contract_no: ContractNo | None) -> KnownOrder | None:
        if order_no is None and contract_no is None:
            return None
        where = {"id": order_id_of(order_no)} if order_no else {"contract_no": contract_no}
        found = (await self.orders.find(where, limit=2)).items
        return found[0] if len(found) == 1 else None

    async def cases_about(self, order: KnownOrder | None) -> tuple[Complaint, ...]:
        """The latest cases about this order, drafts among them; none where no order is known."""
        if order is None:
            return ()
        page = await self.complaints.find({"form.order_no": order.order_no}, sort="-form.received_at", limit=PAGE)
        return tuple(page.items)

    async def _orders(self, cases: Iterable[CaseFigures]) -> dict[UUID, KnownOrder]:
        ids = {order_id_of(case.order_no) for case in cases if case.order_no}
        if not ids:
            return {}
        page = await self.orders.find({"id": OneOf(*ids)}, limit=PAGE)
        return {order.id: order for order in page.items}
