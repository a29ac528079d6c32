"""What happens to messages and duties when time passes."""

from notify.domain.decisions.receipts import give_up_on_receipt
from notify.domain.decisions.slips import chase
from notify.domain.decisions.ways import RECEIPT
from notify.domain.policy.policy import Rules
from notify.store import Stores
from shared.clocks import CLOCKS
from shared.erasure import follow_late
from shared.timers import Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """The receipt that never came, the slip that was not acknowledged, the customer who has not been told."""
    at = Timers()
    at(stores.notifications, RECEIPT)(give_up_on_receipt)
    at(stores.slips, CLOCKS)(rules.clocks.tick(chase))
    at(stores.replies, CLOCKS)(rules.clocks.tick())
    at(stores.unreached, CLOCKS)(rules.clocks.tick())
    follow_late(at, stores.erased_customers, stores.personal(rules))
    return at
