"""Why a call is not owed, and what was agreed does not take place."""

from shared.contracts.event import Part
from shared.contracts.intake import WithdrawalReason

CUSTOMER_ERASED = "客户信息已抹去"


class Withdrawal(Part):
    """The order that the call was about has been cancelled, its goods that were late have left, a newer call says what
    this one would have said, or the customer was erased."""

    reason: WithdrawalReason
