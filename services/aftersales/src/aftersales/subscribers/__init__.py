"""How after-sales reacts to what others announce, and to its own announcements."""

from aftersales.domain.policy.policy import Rules
from aftersales.store import Stores
from aftersales.subscribers import coverage, departments, questions, service, vouchers
from shared import customer_files, erasure, merged_files
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, rules: Rules) -> Subscriptions:
    """Everything that after-sales hears on the bus."""
    on = Subscriptions("aftersales")
    coverage.subscribe(on, stores, rules)
    questions.subscribe(on, stores, rules)
    departments.subscribe(on, stores, rules)
    service.subscribe(on, stores, rules)
    vouchers.subscribe(on, stores, rules)
    merged_files.follow(on, stores.merged_files)
    customer_files.follow(on, stores.files)
    erasure.follow(on, stores.erased_customers, stores.personal())
    return on
