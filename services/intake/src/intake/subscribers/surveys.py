"""What follows when a customer answers the message that asks for an opinion."""

from typing import Any

from intake.domain.decisions.survey import answer
from intake.domain.survey import GRADES
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.intake import Opinion
from shared.contracts.notify import ReplyReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores) -> None:
    """A grade that a customer replies is the answer to the survey that it replies to."""

    @on(ReplyReceived)
    async def keep_the_grade(event: ReplyReceived, cause: Cause) -> list[Touch[Any]]:
        """One grade for a service is the grade in all four dimensions (003 §17); what else was written goes with it."""
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        grades = dict(enumerate(GRADES, start=1))
        if event.purpose != "survey" or event.intent != "rating" or event.choice not in grades:
            return kept
        where = {"customer_id": await stores.customers.all_of(event.customer_id), "stage": "open"}
        asked = (await stores.surveys.find(where, sort="-issued_at", limit=200)).items
        meant = next((each for each in asked if event.about in (each.order_no, str(each.id))), None)
        if event.customer_id is None or meant is None:
            return kept
        given = grades[event.choice]
        opinion = Opinion(
            attitude=given,
            technique=given,
            arrival_time=given,
            promises=given,
            suggestion="" if event.text.strip() == str(event.choice) else event.text,
            via="email" if "@" in event.address_masked else "sms",
        )
        return [*kept, stores.surveys.touch(meant.id, lambda survey: answer(survey, opinion, cause))]
