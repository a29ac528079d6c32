"""What happens when a message's time has come, and what comes back afterwards."""

from notify.sender.dispatcher import Begun, Dispatcher, Due, Timeouts
from notify.sender.inbound import Inbound
from notify.sender.loop import Sender
from notify.sender.metrics import SendingMetrics
from notify.sender.reconciler import Reconciler

__all__ = ["Begun", "Dispatcher", "Due", "Inbound", "Reconciler", "Sender", "SendingMetrics", "Timeouts"]
