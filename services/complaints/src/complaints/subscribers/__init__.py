"""How complaints reacts to what others announce, and to its own announcements."""

from complaints.domain.policy import ComplaintPolicy
from complaints.store import Complaints, Registers
from complaints.subscribers import arrivals, cases
from shared.subscriptions import Subscriptions


def subscriptions(registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> Subscriptions:
    """Everything that complaints hears on the bus."""
    on = Subscriptions("complaints")
    arrivals.listen(on, registers, complaints, policy)
    cases.listen(on, complaints, policy)
    return on
