"""A year of the company's calendar whose working days have to be entered before it begins."""

from uuid import NAMESPACE_URL, UUID, uuid5

from shared.clocks import Timed

_YEARS = uuid5(NAMESPACE_URL, "urn:kefu:intake:calendar-year")


def calendar_year_id_of(year: int) -> UUID:
    """The id of a year."""
    return uuid5(_YEARS, str(year))


class CalendarYear(Timed):
    """One year, and the duty to enter its holidays while neither the library nor the company's file knows them."""

    year: int

    @classmethod
    def blank(cls, year: int) -> "CalendarYear":
        """A year of which nothing has been asked yet."""
        return cls(id=calendar_year_id_of(year), year=year)
