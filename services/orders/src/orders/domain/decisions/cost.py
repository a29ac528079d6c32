"""How costs of sales are entered and withdrawn."""

from datetime import date

from orders.domain.cost import Cost
from orders.domain.lifecycle import COST
from orders.domain.parts.spending import Spending
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.vocabulary import Prose


def enter_cost(spending: Spending, spent_on: date, rules: Rules, cause: Cause) -> Change[Cost]:
    """The clerk enters what selling took, on the day on which it was spent (004 四5). Refused: `future_day`."""
    if spent_on > rules.calendar.day(cause.at):
        raise Refused(f"{spent_on} is still to come; give the day on which it was spent", "future_day", "spent_on")
    cost = Cost(
        id=cause.derive("cost"),
        spending=spending,
        spent_on=spent_on,
        entered_by=cause.actor.id,
        entered_at=cause.at,
    )
    return Change(cost)


def withdraw_cost(cost: Cost, reason: Prose, cause: Cause) -> Change[Cost]:
    """It was entered wrongly and counts no more (004 四5). Refused with `illegal_transition` when it is withdrawn."""
    COST.must(cost.stage, "withdraw")
    return Change(cost.but(stage="withdrawn", withdrawn_by=cause.actor.id, reason=reason))
