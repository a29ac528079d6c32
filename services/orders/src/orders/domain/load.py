"""What a load is: which orders travel on which vehicle, by which places, at what cost."""

from datetime import date

from orders.domain.parts.freight import Costs, Trip
from shared.aggregate import Aggregate
from shared.contracts.vocabulary import OrderNo


class Load(Aggregate):
    """The loading plan of a day: economic, convenient, fast (002 尾2b)."""

    day: date
    trips: tuple[Trip, ...]
    left: tuple[OrderNo, ...]
    costs: Costs
    optimal: bool
