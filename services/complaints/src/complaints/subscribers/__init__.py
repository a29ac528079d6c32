"""How complaints reacts to what others announce, and to its own announcements."""

from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from complaints.subscribers import answers, arrivals, cases, improvements, numbers, papers
from shared import customer_files, erasure, merged_files
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, rules: Rules) -> Subscriptions:
    """Everything that complaints hears on the bus."""
    on = Subscriptions("complaints")
    arrivals.subscribe(on, stores, rules)
    numbers.subscribe(on, stores, rules)
    cases.subscribe(on, stores.complaints, stores.orders)
    papers.subscribe(on, stores, rules)
    improvements.subscribe(on, stores, rules)
    answers.subscribe(on, stores.complaints, rules)
    merged_files.follow(on, stores.merged_files)
    customer_files.follow(on, stores.files)
    erasure.follow(on, stores.erased_customers, stores.personal())
    return on
