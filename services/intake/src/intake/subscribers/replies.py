"""What follows from texts that people send: a customer's grade, an account manager's visit."""

import re
import unicodedata
from typing import Any

from intake.domain.decisions.survey import hear_grade
from intake.domain.decisions.visit import report_text
from intake.domain.decisions.visit_text import receive_text
from intake.domain.parts.said_visit import understood
from intake.domain.policy.policy import Rules
from intake.domain.survey import GRADES
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.intake import Opinion
from shared.contracts.notify import ReplyReceived
from shared.contracts.vocabulary import StaffId
from shared.store import Touch
from shared.subscriptions import Subscriptions

_NUMERALS = "零一二三四"
"""The Chinese numeral of each choice; its place is the number."""


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """A grade that a customer replies answers the survey; what an account manager texts on leaving is a visit."""

    @on(ReplyReceived)
    async def read_text(event: ReplyReceived, cause: Cause) -> list[Touch[Any]]:
        """One grade for a service is the grade in all four dimensions (003 §17); what else was written goes with it.

        A colleague's text is a visit, or the duty to find out what it says (000 §3.6.1a); one that answers a message of
        ours only where a visit is understood.
        """
        if event.staff is not None:
            return _visit_of(event, event.staff, stores, rules, cause)
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        grades = dict(enumerate(GRADES, start=1))
        if event.customer_id is None or await stores.erased_customers.hold(event.customer_id):
            return kept
        if event.purpose != "survey" or event.intent != "rating" or event.choice not in grades:
            return kept
        where = {"customer_id": await stores.customers.all_of(event.customer_id), "stage": "open"}
        asked = (await stores.surveys.find(where, sort="-issued_at", limit=200)).items
        meant = next((each for each in asked if event.about in (each.order_no, str(each.id))), None)
        if meant is None:
            return kept
        given = grades[event.choice]
        opinion = Opinion(
            attitude=given,
            technique=given,
            arrival_time=given,
            promises=given,
            suggestion="" if _grade_alone(event.text, event.choice) else event.text,
            via="email" if "@" in event.address_masked else "sms",
        )
        return [*kept, stores.surveys.touch(meant.id, lambda survey: hear_grade(survey, opinion, cause))]


def _grade_alone(text: str, choice: int) -> bool:
    """Whether a text is this number or its Chinese numeral and nothing else, however wide it and its marks are."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)) in (str(choice), _NUMERALS[choice])


def _visit_of(event: ReplyReceived, staff: StaffId, stores: Stores, rules: Rules, cause: Cause) -> list[Touch[Any]]:
    if event.notification_id is not None and understood(event.text) is None:
        return []
    taken = receive_text(cause.derive("visit-text"), staff, event.text, "sms", rules, cause)
    text = taken.state
    reported = [stores.visits.birth(report_text(text, text.said, cause))] if text.said else []
    return [stores.visit_texts.birth(taken), *reported]
