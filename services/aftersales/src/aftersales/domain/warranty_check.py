"""A recorded answer to a warranty question."""

from aftersales.domain.parts.who_pays import OwnFault
from shared.aggregate import Aggregate
from shared.contracts.aftersales import WarrantyChecked


class WarrantyCheck(Aggregate):
    """The answer as it was announced last, and what the company had chosen for its own faults then."""

    checked: WarrantyChecked
    own_fault: OwnFault = OwnFault()
