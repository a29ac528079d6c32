"""What departments ask after-sales over the bus: whether something is under warranty (001 售后四)."""

from aftersales.domain.parts.warranty import Question
from aftersales.domain.policy.policy import Rules
from aftersales.domain.warranty_check import WarrantyCheck
from aftersales.store import Stores
from aftersales.subscribers.questions import answered
from shared.aggregate import Cause
from shared.contracts.departments import (
    WarrantyAskedByDesign,
    WarrantyAskedByEngineering,
    WarrantyAskedByFinance,
    WarrantyAskedByProduction,
    WarrantyAskedBySales,
    WarrantyAskedByWarehouse,
    WarrantyQuestion,
)
from shared.contracts.vocabulary import DepartmentName
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Answer every department, under the number that it gave its question."""

    async def answer(department: DepartmentName, asked: WarrantyQuestion, cause: Cause) -> Touch[WarrantyCheck]:
        question = Question(
            customer_id=asked.customer_id,
            order_no=asked.order_no,
            contract_no=asked.contract_no,
            as_of=asked.as_of or rules.calendar.day(cause.at),
            asked_by=department,
            question_no=asked.question_no,
        )
        return await answered(question, stores, rules, cause)

    @on(WarrantyAskedBySales)
    async def answer_sales(event: WarrantyAskedBySales, cause: Cause) -> Touch[WarrantyCheck]:
        """Sales finds its own number on the answer."""
        return await answer("sales", event, cause)

    @on(WarrantyAskedByDesign)
    async def answer_design(event: WarrantyAskedByDesign, cause: Cause) -> Touch[WarrantyCheck]:
        """Design finds its own number on the answer."""
        return await answer("design", event, cause)

    @on(WarrantyAskedByProduction)
    async def answer_production(event: WarrantyAskedByProduction, cause: Cause) -> Touch[WarrantyCheck]:
        """Production finds its own number on the answer."""
        return await answer("production", event, cause)

    @on(WarrantyAskedByWarehouse)
    async def answer_warehouse(event: WarrantyAskedByWarehouse, cause: Cause) -> Touch[WarrantyCheck]:
        """The warehouse finds its own number on the answer."""
        return await answer("warehouse", event, cause)

    @on(WarrantyAskedByEngineering)
    async def answer_engineering(event: WarrantyAskedByEngineering, cause: Cause) -> Touch[WarrantyCheck]:
        """Engineering finds its own number on the answer."""
        return await answer("engineering", event, cause)

    @on(WarrantyAskedByFinance)
    async def answer_finance(event: WarrantyAskedByFinance, cause: Cause) -> Touch[WarrantyCheck]:
        """Finance finds its own number on the answer."""
        return await answer("finance", event, cause)
