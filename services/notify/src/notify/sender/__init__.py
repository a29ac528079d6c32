"""What happens when a message's time has come, and what comes back afterwards."""

from notify.sender.dispatcher import Dispatcher
from notify.sender.handover import HandoverToGateway
from notify.sender.inbound import Inbound
from notify.sender.loop import DeliveryLoop
from notify.sender.metrics import SendingMetrics
from notify.sender.reconciler import Reconciler
from notify.sender.sending import Sending
from notify.sender.timing import Timeouts

__all__ = [
    "DeliveryLoop",
    "Dispatcher",
    "HandoverToGateway",
    "Inbound",
    "Reconciler",
    "Sending",
    "SendingMetrics",
    "Timeouts",
]
