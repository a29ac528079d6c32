"""How a price is quoted, revised, and agreed to or not."""

from datetime import date, timedelta
from uuid import UUID

from intake.domain.lifecycle import QUOTE, QuoteStage
from intake.domain.parts.offer import Offer, total_of
from intake.domain.policy.policy import IntakePolicy, Rules
from intake.domain.quote import LAPSE, Quote, QuoteKind, quote_no_of
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.contracts.intake import QuoteAccepted, QuoteDeclined, QuoteIssued, QuoteLapsed
from shared.contracts.vocabulary import CustomerSnapshot, Line, OrderLine


def issue(
    id: UUID,
    customer: CustomerSnapshot,
    kind: QuoteKind,
    lines: tuple[OrderLine, ...],
    valid_until: date | None,
    enquiry_id: UUID | None,
    rules: Rules,
    cause: Cause,
) -> Change[Quote]:
    """The customer has our price, on site or at the counter (000 §3.3.2).

    Refused with `price_open`, `currencies_differ`, and with `past_day` or `far_day` for a last day that is over or far
    ahead.
    """
    offer = _offered(1, lines, valid_until, rules.on(cause.at), rules, cause)
    quote = Quote(
        id=id,
        customer_id=customer.customer_id,
        customer=customer,
        quote_no=quote_no_of(id, rules.calendar.day(cause.at)),
        kind=kind,
        enquiry_id=enquiry_id,
        offers=(offer,),
    )
    return _announced(quote, rules)


def revise(
    quote: Quote, lines: tuple[OrderLine, ...], valid_until: date | None, rules: Rules, cause: Cause
) -> Change[Quote]:
    """Another price; the earlier one stays readable. IllegalTransition when the customer has agreed already.

    How long it holds without a last day of its own follows from the policy by which the quote began.
    """
    QUOTE.must(quote.stage, "revise")
    policy = rules.on(quote.offers[0].issued_at)
    offer = _offered(quote.offer.revision + 1, lines, valid_until, policy, rules, cause)
    return _announced(quote.but(stage="issued", offers=(*quote.offers, offer), declined_because=None), rules)


def accept(quote: Quote, revision: int, cause: Cause) -> Change[Quote]:
    """The customer agrees to this revision. Refused with `another_revision` unless it is the last one.

    IllegalTransition when its last day is over, whether or not that was announced already.
    """
    QUOTE.must(_stage(quote, cause), "accept")
    if revision != quote.offer.revision:
        raise Refused(f"revision {quote.offer.revision} is the one that holds; ask about that one", "another_revision")
    accepted = quote.but(stage="accepted", answered_at=cause.at, answered_by=cause.actor.id).done_with(LAPSE)
    return Change(accepted, (QuoteAccepted.of(quote.about, revision=revision, total=quote.offer.total),))


def decline(quote: Quote, reason: Line, cause: Cause) -> Change[Quote]:
    """The customer does not agree, and says why. IllegalTransition when the last day is over."""
    QUOTE.must(_stage(quote, cause), "decline")
    declined = quote.but(
        stage="declined", answered_at=cause.at, answered_by=cause.actor.id, declined_because=reason
    ).done_with(LAPSE)
    return Change(declined, (QuoteDeclined.of(quote.about, revision=quote.offer.revision, reason=reason),))


def lapse(quote: Quote, cause: Cause) -> Change[Quote]:
    """The last day is over without an answer; nothing changes for a quote that has one."""
    if not QUOTE.allows(quote.stage, "lapse"):
        return Change(quote.done_with(LAPSE))
    lapsed = quote.but(stage="lapsed").done_with(LAPSE)
    return Change(lapsed, (QuoteLapsed.of(quote.about, revision=quote.offer.revision),))


def _stage(quote: Quote, cause: Cause) -> QuoteStage:
    """The stage at that time: a quote whose last day is over has lapsed, although that is still to be announced."""
    over = quote.deadline(LAPSE)
    return "lapsed" if over is not None and over <= cause.at else quote.stage


def _offered(
    revision: int,
    lines: tuple[OrderLine, ...],
    valid_until: date | None,
    policy: IntakePolicy,
    rules: Rules,
    cause: Cause,
) -> Offer:
    today = rules.calendar.day(cause.at)
    last = valid_until or today + timedelta(days=policy.quotes.valid_days)
    if last < today:
        raise Refused(f"{last} has passed; a price holds until a day that is still to come", "past_day", "valid_until")
    must_be_near(last, cause, "valid_until")
    return Offer(
        revision=revision,
        lines=lines,
        total=total_of(lines),
        valid_until=last,
        issued_by=cause.actor.id,
        issued_at=cause.at,
    )


def _announced(quote: Quote, rules: Rules) -> Change[Quote]:
    offer = quote.offer
    said = QuoteIssued.of(
        quote.about,
        kind=quote.kind,
        revision=offer.revision,
        lines=offer.lines,
        total=offer.total,
        valid_until=offer.valid_until,
        enquiry_id=quote.enquiry_id,
    )
    return Change(quote.awaiting(LAPSE, rules.calendar.moment(offer.valid_until)), (said,))
