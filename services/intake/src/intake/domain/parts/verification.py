"""Who went through an order with the customer, and when."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import StaffId


class Verification(Part):
    """Who went through the order with the customer, and when (002 尾2a)."""

    by: StaffId
    at: Instant
