"""How orders reacts to what others announce, and to its own news where another aggregate is concerned."""

from orders.domain.policy.policy import Rules
from orders.store import Stores
from orders.subscribers import complaints, departments, intake, ourselves
from shared import erasure, merged_files
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, rules: Rules) -> Subscriptions:
    """Every reaction of orders."""
    on = Subscriptions("orders")
    intake.subscribe(on, stores, rules)
    departments.subscribe(on, stores.orders, rules)
    complaints.subscribe(on, stores.orders, rules)
    ourselves.subscribe(on, stores, rules)
    merged_files.follow(on, stores.merged_files)
    erasure.follow(on, stores.erased_customers, stores.personal())
    return on
