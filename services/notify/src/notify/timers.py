"""What happens to messages and slips when time passes."""

from notify.domain.decisions.receipts import give_up_on_receipt
from notify.domain.decisions.slips import chase
from notify.domain.policy.policy import MessagePolicy
from notify.domain.slip import Slip
from notify.store import Stores
from shared.aggregate import Cause, Change
from shared.policy import Policies
from shared.timers import Timers


def timers(stores: Stores, policies: Policies[MessagePolicy]) -> Timers:
    """The receipt that never came, and the slip that was not acknowledged."""
    at = Timers()
    at(stores.notifications, "receipt")(give_up_on_receipt)

    @at(stores.slips, "acknowledgement")
    def chase_department(slip: Slip, cause: Cause) -> Change[Slip]:
        """A slip that asked to be acknowledged and was not, by the policy that it began with."""
        return chase(slip, policies.version(slip.policy), cause)

    return at
