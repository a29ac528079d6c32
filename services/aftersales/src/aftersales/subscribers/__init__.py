"""How after-sales reacts to what others announce, and to its own announcements."""

from aftersales.domain.policy import AftersalesPolicy
from aftersales.store import Records
from aftersales.subscribers import coverage, questions, service
from shared.subscriptions import Subscriptions


def subscriptions(records: Records, policy: AftersalesPolicy) -> Subscriptions:
    """Everything that after-sales hears on the bus."""
    on = Subscriptions("aftersales")
    coverage.listen(on, records.covered_orders, policy)
    questions.listen(on, records, policy)
    service.listen(on, records, policy)
    return on
