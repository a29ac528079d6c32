"""What happens when a message's time has come, and what comes back afterwards."""

from notify.sender.courier import Begun, Courier, Due, Patience
from notify.sender.figures import Figures
from notify.sender.postbox import Postbox
from notify.sender.reconciler import Reconciler
from notify.sender.sender import Sender

__all__ = ["Begun", "Courier", "Due", "Figures", "Patience", "Postbox", "Reconciler", "Sender"]
