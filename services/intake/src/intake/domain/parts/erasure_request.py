"""That a customer wants to be erased."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, StaffId


class ErasureRequest(Part):
    """Who took the customer's wish, when, and on which legal basis."""

    by: StaffId
    at: Instant
    legal_basis: Line
