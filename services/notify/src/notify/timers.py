"""What happens to messages and duties when time passes."""

from notify.domain.decisions.receipts import give_up_on_receipt
from notify.domain.decisions.slips import chase
from notify.store import Stores
from shared.clocks import CLOCKS, Clocks
from shared.timers import Timers


def timers(stores: Stores, clocks: Clocks) -> Timers:
    """The receipt that never came, the slip that was not acknowledged, the customer who has not been told."""
    at = Timers()
    at(stores.notifications, "receipt")(give_up_on_receipt)
    at(stores.slips, CLOCKS)(clocks.tick(chase))
    at(stores.replies, CLOCKS)(clocks.tick())
    at(stores.unreached, CLOCKS)(clocks.tick())
    return at
