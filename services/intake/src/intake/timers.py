"""What happens at intake when time passes."""

from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.clocks import CLOCKS
from shared.timers import Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """Callbacks that come near their end are called to mind; one that is missed is still owed."""
    at = Timers()
    at(stores.callbacks, CLOCKS)(rules.clocks.tick())
    return at
