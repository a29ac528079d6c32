"""The classes of customers over HTTP: how many there are of each, and who answers for their files."""

from typing import get_args

from fastapi import APIRouter
from pydantic import Field

from intake.api import readers
from intake.domain.customer_class import customer_class_id_of
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.contracts.intake import Trade
from shared.contracts.vocabulary import Count, Line, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import Router, View
from shared.time_source import TimeSource


class CustomerClassView(View):
    """A class of customers."""

    trade: Trade
    title: Line = Field(examples=["经销商"])
    customers: Count
    answered_for_by: tuple[StaffId, ...] = Field(description="Empty: a supervisor has yet to entrust a colleague.")


def routes(stores: Stores, rules: Rules, time: TimeSource) -> APIRouter:
    """The route /customer-classes."""
    router = Router(readers=readers.REPORTS, tags=["customers"], prefix="/customer-classes")

    @router.get("")
    async def list_customer_classes() -> list[CustomerClassView]:
        """Each class, with how many customers it has and who answers for their files today."""
        now = time.now()
        call, day = rules.on(now).presales, rules.calendar.day(now)
        return [
            CustomerClassView(
                trade=trade,
                title=call.title(trade),
                customers=await stores.customers.count(stores.customers.of_class(trade)),
                answered_for_by=await stores.colleagues.answering_for(trade, day),
            )
            for trade in get_args(Trade)
        ]

    @router.get("/{trade}/clocks")
    async def show_customer_class_clocks(trade: Trade) -> list[ClockView]:
        """By when the class gets a colleague and why; 404 for a class for which none was asked."""
        return clocks_of(await stores.customer_classes.get(customer_class_id_of(trade)), rules.clocks)

    return router
