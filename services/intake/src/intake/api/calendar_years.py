"""The years whose holidays have to be entered before they begin."""

from typing import Annotated

from fastapi import APIRouter, Path

from intake.api import readers
from intake.domain.calendar_year import calendar_year_id_of
from intake.domain.policy.policy import Rules
from intake.store import CalendarYears
from shared.duties.api import ClockView, clocks_of
from shared.http import Router


def routes(years: CalendarYears, rules: Rules) -> APIRouter:
    """The routes under /calendar-years."""
    router = Router(readers=readers.COLLEAGUES, tags=["calendar"], prefix="/calendar-years")

    @router.get("/{year}/clocks")
    async def show_clocks_of_year(year: Annotated[int, Path(ge=1900, le=2200)]) -> list[ClockView]:
        """By when the year's holidays have to be known, whose duty that is, and why; 404 for a year not asked about."""
        return clocks_of(await years.get(calendar_year_id_of(year)), rules.clocks)

    return router
