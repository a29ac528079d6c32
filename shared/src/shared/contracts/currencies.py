"""The currencies in which money can be paid, and the smallest amount of each (ISO 4217)."""

from decimal import Decimal

from babel.core import get_global

CURRENCIES = frozenset(
    currency
    for history in get_global("territory_currencies").values()
    for currency, _, until, is_tender in history
    if is_tender and until is None
)
"""Those that are legal tender somewhere: not XXX (no currency), XTS (for tests), metals and currencies of the past."""
_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""As ISO 4217 has it; babel tells with how many decimals people usually write an amount, which are often fewer."""
_CENT = Decimal("0.01")


def smallest(currency: str) -> Decimal:
    """The smallest amount that we reckon with in this currency: one or 0.01, also where a third decimal exists."""
    return Decimal(1) if currency in _WITHOUT_DECIMALS else _CENT


def payable(currency: str, amount: Decimal | None) -> None:
    """Raises ValueError for what is no currency, and for an amount with more decimals than its currency has."""
    if currency not in CURRENCIES:
        raise ValueError(f"{currency} is no currency that money is paid in; write its code of ISO 4217, such as CNY")
    if amount is not None and amount % smallest(currency):
        raise ValueError(f"{currency} has no decimals; write a whole amount")
