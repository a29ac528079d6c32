"""How an enquiry comes in and how it is answered."""

from typing import Literal
from uuid import UUID

from intake.domain.enquiry import Enquiry
from intake.domain.lifecycle import ENQUIRY
from intake.domain.parts.asking import EnquiryDetails, EnquiryOutcome
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.intake import EnquiryAnswered, EnquiryReceived
from shared.contracts.vocabulary import CustomerSnapshot, Prose


def receive(id: UUID, customer: CustomerSnapshot, asked: EnquiryDetails, rules: Rules, cause: Cause) -> Change[Enquiry]:
    """What a customer asks is the duty of the handler for its kind, by its clock (004 一㈠1, 003 三3)."""
    policy = rules.on(cause.at)
    clock = policy.enquiries[asked.kind].clock
    enquiry = Enquiry(
        id=id,
        customer_id=customer.customer_id,
        customer=customer,
        asked=asked,
        case=cause.correlation,
        received_at=cause.at,
        policy_version=policy.version,
    )
    said = EnquiryReceived.of(
        enquiry.about, channel=asked.channel, customer=customer, order_no=asked.order_no, text=asked.text
    )
    matter = Matter(about=f"{customer.name[:120]}：{clock.title}", customer_id=customer.customer_id)
    return Change(enquiry, (said,)).then(rules.clocks.start(clock, matter, cause, policy=policy))


def answer(enquiry: Enquiry, words: Prose, rules: Rules, cause: Cause) -> Change[Enquiry]:
    """The customer has an answer, whether or not anything is bought (003 §30). IllegalTransition the second time."""
    ENQUIRY.must(enquiry.stage, "answer")
    return _ended(enquiry, "answered", words, rules, cause)


def settle(
    enquiry: Enquiry, outcome: Literal["quoted", "ordered", "filed"], number: str, rules: Rules, cause: Cause
) -> Change[Enquiry]:
    """A quote, an order or a complaint answers what was asked. Nothing changes when it is answered already."""
    if not ENQUIRY.allows(enquiry.stage, "settle"):
        return Change(enquiry)
    return _ended(enquiry, outcome, number, rules, cause)


def withdraw(enquiry: Enquiry, rules: Rules, cause: Cause) -> Change[Enquiry]:
    """The customer was erased and is answered no more. Nothing changes when the enquiry is answered already."""
    if not ENQUIRY.allows(enquiry.stage, "withdraw"):
        return Change(enquiry)
    return Change(enquiry.but(stage="withdrawn")).then(rules.clocks.drop(cause=cause))


def _ended(
    enquiry: Enquiry,
    kind: Literal["answered", "quoted", "ordered", "filed"],
    words: Prose,
    rules: Rules,
    cause: Cause,
) -> Change[Enquiry]:
    outcome = EnquiryOutcome(kind=kind, answer=words, answered_by=cause.actor.id, answered_at=cause.at)
    said = EnquiryAnswered.of(
        enquiry.about,
        customer=enquiry.customer,
        outcome=kind,
        answer=words,
        answered_by=cause.actor.id,
        within_due=enquiry.term.in_time(cause.at),
    )
    return Change(enquiry.but(stage="answered", outcome=outcome), (said,)).then(rules.clocks.stop(cause=cause))
