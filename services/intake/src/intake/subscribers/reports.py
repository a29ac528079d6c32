"""What stands on a report although its author did not write it."""

from typing import Any

from intake.domain.decisions.work_report import note_waiver
from intake.domain.policy.policy import Rules
from intake.domain.work_report import WorkReport
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.intake import CallbackWaived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """What other decisions put down on a report."""

    @on(CallbackWaived)
    async def note_on_the_day_s_report(event: CallbackWaived, cause: Cause) -> list[Touch[Any]]:
        """A customer who is let off stands on that day's report of the account manager (000 §3.6.3)."""
        owner = (await stores.customers.leading(event.customer_id)).particulars.owner
        if owner is None:
            return [*moments(stores, event, cause)]
        policy, day = rules.on(cause.at), rules.calendar.day(cause.at)
        form = policy.reports[policy.waivers_on]
        blank = WorkReport.blank(policy.waivers_on, owner, form.period.period(day))
        noted = stores.work_reports.touch(blank.id, lambda report: note_waiver(report, event, cause), blank)
        return [*moments(stores, event, cause), noted]
