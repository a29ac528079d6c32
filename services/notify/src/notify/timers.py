"""What happens to messages and slips when time passes."""

from notify.domain.decisions.receipts import give_up_on_receipt
from notify.domain.decisions.slips import chase
from notify.store import Stores
from shared.timers import Timers


def timers(stores: Stores) -> Timers:
    """The receipt that never came, and the slip that was not acknowledged."""
    at = Timers()
    at(stores.notifications, "receipt")(give_up_on_receipt)
    at(stores.slips, "acknowledgement")(chase)
    return at
