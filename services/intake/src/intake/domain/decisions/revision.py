"""How a customer's file comes to say something else: by a new revision, never by writing over an old one."""

from collections.abc import Collection, Mapping

from intake.domain.customer import Customer, found_by
from intake.domain.figures.shares import Share
from intake.domain.parts.chain import appended
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.intake import (
    AssignmentRule,
    CustomerAssigned,
    CustomerUpdated,
    FieldChange,
    Particulars,
    SpecialistAssigned,
)
from shared.contracts.vocabulary import CustomerId, Line, Prose, StaffId


def correct(customer: Customer, changes: Mapping[str, object], reason: str, cause: Cause) -> Change[Customer]:
    """A new revision; the earlier ones stay as they were (001 售前二b). `changes` names fields of Particulars.

    Refused with `nothing_changes` when the file says all of it already, `merged_away` when it leads to another one.
    """
    return _revise(customer, "corrected", changes, reason, cause)


def assign(customer: Customer, owner: StaffId, basis: AssignmentRule, rules: Rules, cause: Cause) -> Change[Customer]:
    """The one person this customer needs to know (002 尾3), who must call within a week (002 一3b).

    Refused with `nothing_changes` when it is that person already.
    """
    term = rules.on(cause.at).callbacks["first_contact_7d"].clock.term
    assigned = CustomerAssigned(
        customer_id=customer.id,
        customer_name=customer.particulars.name,
        owner=owner,
        previous_owner=customer.particulars.owner,
        rule=basis,
        first_contact_due=term.due(cause.at, rules.calendar),
    )
    return _revise(customer, "assigned", {"owner": owner}, None, cause).announcing(assigned)


def assign_specialist(
    customer: Customer, specialist: StaffId, basis: AssignmentRule, why: Line, rules: Rules, cause: Cause
) -> Change[Customer]:
    """The specialist who looks after this customer, and why it is this one (002 一3a); who must call within a week.

    Refused with `nothing_changes` when it is that person already.
    """
    term = rules.on(cause.at).callbacks["first_contact_7d"].clock.term
    assigned = SpecialistAssigned(
        customer_id=customer.id,
        customer_name=customer.particulars.name,
        specialist=specialist,
        previous_specialist=customer.particulars.specialist,
        rule=basis,
        why=why,
        first_contact_due=term.due(cause.at, rules.calendar),
    )
    return _revise(customer, "specialist_assigned", {"specialist": specialist}, why, cause).announcing(assigned)


def share_out(customer: Customer, share: Share, rules: Rules, cause: Cause) -> Change[Customer]:
    """The customer is the colleague's who carries the least for the weight; one who has a specialist keeps it."""
    if customer.particulars.specialist is not None or customer.merged_into is not None or customer.stage == "erased":
        return Change(customer)
    return assign_specialist(customer, share.staff, share.basis, share.why, rules, cause)


def file_papers(customer: Customer, ordered_by: CustomerId, numbers: Collection[str], cause: Cause) -> Change[Customer]:
    """The customer is found by the numbers of its orders and contracts as well (004 一㈢4); a number counts once.

    What was ordered under a file that leads here is kept with that one, and nowhere when it leads here no more.
    """
    own, absorbed = customer.papers, customer.absorbed
    if ordered_by == customer.id:
        own = _counted_once(own, numbers)
    else:
        absorbed = tuple(
            each.but(papers=_counted_once(each.papers, numbers)) if each.customer_id == ordered_by else each
            for each in absorbed
        )
    found = found_by(customer.particulars, own, absorbed)
    return Change(customer.but(papers=own, absorbed=absorbed, found_by=found))


def keep_special_specs(customer: Customer, specs: Collection[Prose], reason: str, cause: Cause) -> Change[Customer]:
    """What the customer wants specially is in the file for the next order (002 尾2a); a spec counts once."""
    kept = tuple(dict.fromkeys((*customer.particulars.special_specs, *specs)))
    if kept == customer.particulars.special_specs or customer.merged_into is not None:
        return Change(customer)
    return correct(customer, {"special_specs": kept}, reason, cause)


def _counted_once(papers: tuple[Line, ...], numbers: Collection[str]) -> tuple[Line, ...]:
    return tuple(dict.fromkeys((*papers, *numbers)))


def must_stand_alone(customer: Customer) -> None:
    """Refused with `merged_away` for a file that leads to another one: that one is written instead.

    Refused with `erased` for the file of a customer who was erased.
    """
    if customer.stage == "erased":
        raise Refused("this customer was erased; a person who comes again gets a new file", "erased")
    if customer.merged_into is not None:
        raise Refused(f"this file leads to {customer.merged_into}; write into that one", "merged_away")


def _revise(
    customer: Customer, kind: str, changes: Mapping[str, object], reason: str | None, cause: Cause
) -> Change[Customer]:
    must_stand_alone(customer)
    particulars = customer.particulars.amended(changes)
    changed = _differences(customer.particulars, particulars)
    if not changed:
        raise Refused("the file says all of this already; name a field that is different", "nothing_changes")
    return rewrite(customer, kind, particulars, reason, cause)


def rewrite(
    customer: Customer, kind: str, particulars: Particulars, reason: str | None, cause: Cause
) -> Change[Customer]:
    """A new revision that says these particulars, whether or not they differ from the last one's."""
    content = {"particulars": particulars.model_dump(mode="json"), "reason": reason}
    revised = customer.but(
        particulars=particulars,
        file=appended(customer.file, kind, content, cause),
        found_by=found_by(particulars, customer.papers, customer.absorbed),
    )
    updated = CustomerUpdated.of(
        particulars,
        customer_id=customer.id,
        revision=revised.revision,
        changed=_differences(customer.particulars, particulars),
        reason=reason,
    )
    return Change(revised, (updated,))


def _differences(before: Particulars, after: Particulars) -> dict[str, FieldChange]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: FieldChange(before=old[name], after=new[name]) for name in new if old[name] != new[name]}
