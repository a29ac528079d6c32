"""What happens at intake when time passes."""

from intake.domain.callback import Callback
from intake.domain.decisions.callback import DUE, miss
from intake.store import Stores
from shared.aggregate import Cause, Change
from shared.timers import Timers


def timers(stores: Stores) -> Timers:
    """The decisions of intake's clocks."""
    at = Timers()

    @at(stores.callbacks, DUE)
    def report_missed_callback(callback: Callback, cause: Cause) -> Change[Callback]:
        """Nobody called in time: the assignee and the supervisor hear of it, and the call is still owed."""
        return miss(callback, cause)

    return at
