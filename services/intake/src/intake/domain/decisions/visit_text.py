"""How the text about a visit is taken, and read where it could not be understood."""

from uuid import UUID

from intake.domain.lifecycle import VISIT_TEXT
from intake.domain.parts.said_visit import SaidVisit, mobiles_in, understood
from intake.domain.parts.withdrawal import CUSTOMER_ERASED
from intake.domain.policy.policy import Rules
from intake.domain.visit_text import TextChannel, VisitText
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.vocabulary import Line, Prose, StaffId


def receive_text(
    id: UUID, staff: StaffId, text: Prose, channel: TextChannel, rules: Rules, cause: Cause
) -> Change[VisitText]:
    """A text that is understood is a visit that was reported; any other one is a duty from now on (000 §3.6.1a)."""
    received = VisitText(id=id, staff=staff, text=text, channel=channel, mobiles=mobiles_in(text), received_at=cause.at)
    said = understood(text)
    if said is not None:
        return Change(received).then(lambda unread: _read(unread, said, rules, cause))
    policy = rules.on(cause.at)
    matter = Matter(about=f"{staff} 的拜访短信")
    return rules.clocks.start(policy.visits.text_clock, matter, cause, policy=policy)(received)


def read(text: VisitText, said: SaidVisit, rules: Rules, cause: Cause) -> Change[VisitText]:
    """A person has found out which customer was visited. IllegalTransition when it was read or dismissed already."""
    VISIT_TEXT.must(text.stage, "read")
    return _read(text, said, rules, cause)


def dismiss(text: VisitText, reason: Line, rules: Rules, cause: Cause) -> Change[VisitText]:
    """The text is about no visit. IllegalTransition when it was read or dismissed already."""
    VISIT_TEXT.must(text.stage, "dismiss")
    return Change(text.but(stage="dismissed", dismissed_because=reason)).then(rules.clocks.drop(cause=cause))


def note_numbers(text: VisitText, cause: Cause) -> Change[VisitText]:
    """The numbers in a text that came in before they were noted, by which it is found when their owner is erased."""
    return Change(text.but(mobiles=tuple(dict.fromkeys((*text.mobiles, *mobiles_in(text.text))))))


def read_no_more(text: VisitText, rules: Rules, cause: Cause) -> Change[VisitText]:
    """The customer was erased: nothing is left to read. Nothing changes for a text that is read or dismissed."""
    unread = VISIT_TEXT.allows(text.stage, "dismiss")
    return dismiss(text, CUSTOMER_ERASED, rules, cause) if unread else Change(text)


def _read(text: VisitText, said: SaidVisit, rules: Rules, cause: Cause) -> Change[VisitText]:
    mobiles = tuple(dict.fromkeys((*text.mobiles, said.mobile)))
    return Change(text.but(stage="read", said=said, mobiles=mobiles)).then(rules.clocks.stop(cause=cause))
