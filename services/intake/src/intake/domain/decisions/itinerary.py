"""How an account manager's day is asked for and agreed."""

from datetime import date

from intake.domain.colleague import Colleague
from intake.domain.itinerary import Itinerary, itinerary_id_of
from intake.domain.lifecycle import ITINERARY
from intake.domain.parts.agreed_day import AgreedDay
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, must_be_another
from shared.clocks import Matter
from shared.contracts.intake import ItineraryConfirmed
from shared.contracts.vocabulary import Line, Prose


def plan_call(colleague: Colleague, day: date, rules: Rules, cause: Cause) -> Change[Itinerary]:
    """From 09:00 on the colleague is to be called about the day (000 §3.2)."""
    policy = rules.on(cause.at)
    itinerary = Itinerary(id=itinerary_id_of(colleague.staff, day), staff=colleague.staff, name=colleague.name, day=day)
    matter = Matter(about=f"{colleague.name} {day}")
    return rules.clocks.start(policy.itinerary.clock, matter, cause, policy=policy)(itinerary)


def confirm(
    itinerary: Itinerary,
    stops: tuple[Line, ...],
    changes: tuple[Line, ...],
    content: Prose,
    rules: Rules,
    cause: Cause,
) -> Change[Itinerary]:
    """The day is agreed on the phone, and recorded on the phone record (000 §3.2); without stops it is a day indoors.

    IllegalTransition the second time; refused with `four_eyes` to the person whose day it is.
    """
    ITINERARY.must(itinerary.stage, "confirm")
    must_be_another("a day is confirmed by another person than the one whose day it is", itinerary.staff, cause=cause)
    agreed = AgreedDay(
        stops=stops, changes=changes, content=content, confirmed_by=cause.actor.id, confirmed_at=cause.at
    )
    said = ItineraryConfirmed(
        staff=itinerary.staff, day=itinerary.day, stops=stops, changes=changes, confirmed_by=cause.actor.id
    )
    change = Change(itinerary.but(stage="confirmed", agreed=agreed), (said,))
    return change.then(rules.clocks.stop(cause=cause))
