"""A recorded answer to a warranty question."""

from shared.aggregate import Aggregate
from shared.contracts.aftersales import WarrantyChecked


class WarrantyCheck(Aggregate):
    """The answer as it was announced last."""

    checked: WarrantyChecked
