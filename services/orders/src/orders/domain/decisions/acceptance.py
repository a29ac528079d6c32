"""Which days are agreed with the customer for the acceptance of the work, and what follows when they have ended."""

from datetime import date

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.promise import promise
from orders.domain.order import Order
from orders.domain.parts.installation import AcceptancePeriod
from orders.domain.parts.times import day_ahead
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.orders import AcceptancePeriodAgreed
from shared.contracts.vocabulary import Line


def agree_acceptance(
    order: Order, begins_on: date, ends_on: date, agreed_with: Line, rules: Rules, cause: Cause
) -> Change[Order]:
    """The customer and we agree on the days of acceptance; the last one is promised and watched (001 售中四b).

    Accepted or refused within them, the matter is done. A customer who is silent has accepted nothing: after the last
    day the promise is broken and the customer's word is a duty. Refused: `illegal_transition`, `past_day`, `far_day`,
    `impossible_plan`.
    """
    order.lifecycle.must(order.stage, "agree_acceptance")
    if ends_on < begins_on:
        raise Refused("the last day of acceptance comes before the first", "impossible_plan", "ends_on")
    day_ahead(ends_on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "ends_on")
    period = AcceptancePeriod(
        begins_on=begins_on,
        ends_on=ends_on,
        agreed_with=agreed_with,
        agreed_by=cause.actor.id,
        agreed_at=cause.at,
        revision=len(order.installation.periods) + 1,
    )
    event = AcceptancePeriodAgreed.of(
        order.about,
        begins_on=begins_on,
        ends_on=ends_on,
        agreed_with=agreed_with,
        agreed_by=period.agreed_by,
        revision=period.revision,
    )
    agreed = order.but(installation=order.installation.but(periods=(*order.installation.periods, period)))
    watched = Change(agreed, (event,)).then(lambda order: promise(order, "accept", ends_on, "plan", rules, cause))
    return watched.then(lambda order: follow_duties(order, rules, cause))
