"""A file of the same person that was merged into a customer's."""

from shared.contracts.event import Instant, Part
from shared.contracts.intake import Particulars
from shared.contracts.vocabulary import CustomerId, Line


class Absorbed(Part):
    """What the file that leads here said at the merge, and the numbers of its orders and contracts, later ones too."""

    customer_id: CustomerId
    at: Instant
    said: Particulars
    papers: tuple[Line, ...]
