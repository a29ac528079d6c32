"""How a customer is erased: asked for by one person, carried out by another, and what is left has a pseudonym."""

from collections.abc import Mapping

from pydantic import JsonValue

from intake.domain.customer import Customer, found_by, pseudonym_of
from intake.domain.decisions.revision import must_stand_alone
from intake.domain.lifecycle import CUSTOMER
from intake.domain.parts.chain import Entry, appended
from intake.domain.parts.erasure_request import ErasureRequest
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, must_be_another
from shared.clocks import Matter
from shared.contracts.intake import CustomerErased, Particulars
from shared.contracts.vocabulary import Line


def ask_to_erase(customer: Customer, legal_basis: Line, rules: Rules, cause: Cause) -> Change[Customer]:
    """The customer wants to be erased, and a clock runs (003 二1-7). IllegalTransition when that was asked for already.

    Refused with `merged_away` for a file that leads to another one: the customer is erased there.
    """
    must_stand_alone(customer)
    CUSTOMER.must(customer.stage, "ask_to_erase")
    asked = ErasureRequest(by=cause.actor.id, at=cause.at, legal_basis=legal_basis)
    policy, matter = rules.on(cause.at), Matter(about=pseudonym_of(customer), customer_id=customer.id)
    start = rules.clocks.start(policy.erasure.clock, matter, cause, policy=policy)
    return Change(customer.but(stage="erasure_asked", erasure=asked)).then(start)


def keep(customer: Customer, reason: Line, rules: Rules, cause: Cause) -> Change[Customer]:
    """The law obliges the company to keep the customer's data; why stands in the file."""
    CUSTOMER.must(customer.stage, "keep")
    content = {"particulars": customer.particulars.model_dump(mode="json"), "reason": reason}
    file = appended(customer.file, "kept", content, cause)
    return Change(customer.but(stage="open", erasure=None, file=file)).then(rules.clocks.stop(cause=cause))


def erase(customer: Customer, rules: Rules, cause: Cause) -> Change[Customer]:
    """What is personal in the file gives way to a pseudonym, in every revision; its numbers stay (003 二1-7).

    IllegalTransition when it was not asked for; refused with `four_eyes` to the person who took the wish, and with
    `merged_away` for a file that leads to another one, which says the same.
    """
    CUSTOMER.must(customer.stage, "erase")
    must_stand_alone(customer)
    assert customer.erasure is not None
    must_be_another("another person than the one who took the wish erases", customer.erasure.by, cause=cause)
    return _erased(customer, customer.erasure.legal_basis, cause).then(rules.clocks.stop(cause=cause))


def erase_along(customer: Customer, legal_basis: Line, rules: Rules, cause: Cause) -> Change[Customer]:
    """The file was merged into that of a customer who is erased. Nothing changes when it was erased before."""
    if not CUSTOMER.allows(customer.stage, "erase_along"):
        return Change(customer)
    return _erased(customer, legal_basis, cause).then(rules.clocks.drop(cause=cause))


def _erased(customer: Customer, legal_basis: Line, cause: Cause) -> Change[Customer]:
    pseudonym = pseudonym_of(customer)
    particulars = _nameless(customer.particulars, pseudonym)
    revisions = tuple(each.but(content=_without_person(each, pseudonym), erased=True) for each in customer.file)
    content = {"particulars": particulars.model_dump(mode="json"), "reason": legal_basis}
    absorbed = tuple(each.but(said=_nameless(each.said, pseudonym)) for each in customer.absorbed)
    erased = customer.but(
        stage="erased",
        particulars=particulars,
        file=appended(revisions, "erased", content, cause),
        absorbed=absorbed,
        found_by=found_by(particulars, customer.papers, absorbed),
    )
    said = CustomerErased(customer_id=customer.id, pseudonym=pseudonym, legal_basis=legal_basis)
    return Change(erased, (said,))


def _nameless(particulars: Particulars, pseudonym: Line) -> Particulars:
    """What the books need of a file: its number, kind, trade, region and owner."""
    return particulars.but(name=pseudonym, contacts=(), address=None, special_specs=())


def _without_person(entry: Entry, pseudonym: Line) -> Mapping[str, JsonValue]:
    said = _nameless(Particulars.model_validate(entry.content["particulars"]), pseudonym)
    return {**entry.content, "particulars": said.model_dump(mode="json"), "reason": None}
