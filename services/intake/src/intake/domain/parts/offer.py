"""What a quote offers, revision by revision."""

from datetime import date

from pydantic import Field

from shared.aggregate import Refused, together
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import OrderLine, StaffId


class Offer(Part):
    """One revision of a quote: the lines with their prices, the sum, and the last day on which it holds."""

    revision: int = Field(ge=1)
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    total: Money
    valid_until: date
    issued_by: StaffId
    issued_at: Instant


def total_of(lines: tuple[OrderLine, ...]) -> Money:
    """The sum of the lines. Refused with `price_open` while a line has no price, `currencies_differ` for several."""
    prices = [line.unit_price for line in lines if line.unit_price is not None]
    if len(prices) < len(lines):
        raise Refused("name the unit price of every line; the customer orders by them", "price_open", "lines")
    currencies = {price.currency for price in prices}
    if len(currencies) > 1:
        raise Refused("quote all lines in one currency", "currencies_differ", "lines")
    amounts = [price.amount * line.quantity for price, line in zip(prices, lines, strict=True)]
    return together(amounts, currencies.pop())
