"""What happens when time passes: a clock that is missed, a job that is carried over, a customer who is reminded."""

from aftersales.domain.decisions.dispatch import carry_over
from aftersales.domain.decisions.reminders import announce_expiry, announce_maintenance
from aftersales.domain.decisions.supply import put_off_visit
from aftersales.domain.parts.reminder import EXPIRY, MAINTENANCE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import Stores
from shared.aggregate import Cause, Change
from shared.clocks import CLOCKS, ClockRun
from shared.erasure import follow_late
from shared.timers import Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """A warning and a miss for every clock of after-sales.

    A job that was not dispatched is carried over, and a visit for which parts are missing is put off. Customers are
    reminded before a warranty ends, and of looking after their goods.
    """

    def on_miss(order: ServiceOrder, run: ClockRun, cause: Cause) -> Change[ServiceOrder]:
        policy = rules.of(order)
        if run.clock.name == policy.dispatch.name:
            return carry_over(order, rules, cause)
        return put_off_visit(order, cause) if run.clock.name == policy.parts.name else Change(order)

    at = Timers()
    at(stores.service_orders, CLOCKS)(rules.clocks.tick(on_miss))
    at(stores.service_requests, CLOCKS)(rules.clocks.tick())
    at(stores.settlements, CLOCKS)(rules.clocks.tick())
    at(stores.covered_orders, EXPIRY)(lambda order, cause: announce_expiry(order, rules, cause))
    at(stores.covered_orders, MAINTENANCE)(lambda order, cause: announce_maintenance(order, rules, cause))
    follow_late(at, stores.erased_customers, stores.personal())
    return at
