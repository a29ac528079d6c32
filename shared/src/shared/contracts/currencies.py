"""The currencies in which money can be paid, and the smallest amount of each (ISO 4217)."""

from decimal import ROUND_HALF_EVEN, Decimal

from babel.core import get_global
from pydantic import ValidationInfo

from shared.contracts.identities import comes_in

_RELEASED = (2026, 1, 1)
"""Year, month and day from which orders in any currency of that time may be kept."""
CURRENCIES = frozenset(
    currency
    for history in get_global("territory_currencies").values()
    for currency, _, until, is_tender in history
    if is_tender and (until is None or until >= _RELEASED)
)
"""Those that are legal tender somewhere: not XXX (no currency), XTS (for tests), metals and currencies of the past.

One that ended after our first release stays, so that money still comes in for the orders that are kept in it.
"""
_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""As ISO 4217 has it; babel tells with how many decimals people usually write an amount, which are often fewer."""
_CENT = Decimal("0.01")


def smallest(currency: str) -> Decimal:
    """The smallest amount that we reckon with in this currency: one or 0.01, also where a third decimal exists."""
    return Decimal(1) if currency in _WITHOUT_DECIMALS else _CENT


def rounded(amount: Decimal, currency: str, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """The nearest amount that can be paid in this currency, written with its cents."""
    return amount.quantize(smallest(currency), rounding).quantize(_CENT)


def known(currency: str, info: ValidationInfo) -> str:
    """The same currency. ValueError for one in which no money is paid, where it comes in from outside."""
    if comes_in(info):
        payable(currency, None)
    return currency


def payable(currency: str, amount: Decimal | None) -> None:
    """Raises ValueError for what is no currency, and for an amount with more decimals than its currency has."""
    if currency not in CURRENCIES:
        raise ValueError(f"{currency} is no currency that money is paid in; write its code of ISO 4217, such as CNY")
    if amount is not None and amount % smallest(currency):
        raise ValueError(f"{currency} has no decimals; write a whole amount")
