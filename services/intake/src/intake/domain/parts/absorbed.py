"""A file of the same person that was merged into a customer's."""

from shared.contracts.event import Instant, Part
from shared.contracts.intake import Particulars
from shared.contracts.vocabulary import CustomerId, Line


class Absorbed(Part):
    """What the file that leads here said, and what this one said before and after it, so that it can be undone."""

    customer_id: CustomerId
    at: Instant
    said: Particulars
    papers: tuple[Line, ...]
    before: Particulars
    after: Particulars
