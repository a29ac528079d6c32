"""What happens to messages and slips when time passes."""

from notify.domain.notification import Notification
from notify.domain.slip import Slip
from notify.store import Notifications, Slips
from shared.aggregate import Cause, Change
from shared.timers import Timers


def timers(notifications: Notifications, slips: Slips) -> Timers:
    """The receipt that never came, and the slip that nobody read."""
    at = Timers()

    @at(notifications, "receipt")
    def give_up_on_receipt(notification: Notification, cause: Cause) -> Change[Notification]:
        """After 72 hours no provider sends one any more."""
        return notification.unconfirmed()

    @at(slips, "acknowledgement")
    def chase_slip(slip: Slip, cause: Cause) -> Change[Slip]:
        """A slip that asked to be acknowledged and was not."""
        return slip.chase(cause.at)

    return at
