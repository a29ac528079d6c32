"""What happens at intake when time passes."""

from intake.domain.callback import DUE, Callback
from intake.store import Records
from shared.aggregate import Cause, Change
from shared.timers import Timers


def timers(records: Records) -> Timers:
    """The decisions of intake's clocks."""
    at = Timers()

    @at(records.callbacks, DUE)
    def report_missed_callback(callback: Callback, cause: Cause) -> Change[Callback]:
        """Nobody called in time: the assignee and the supervisor hear of it, and the call is still owed."""
        return callback.overdue()

    return at
