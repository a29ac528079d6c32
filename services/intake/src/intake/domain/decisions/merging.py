"""How two files of one person lead to one, and how that is taken back; what was written stays where it is."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from intake.domain.customer import Customer
from intake.domain.decisions.revision import must_stand_alone, rewrite
from intake.domain.lifecycle import CUSTOMER
from intake.domain.parts.absorbed import Absorbed
from intake.domain.parts.chain import Entry, appended
from intake.domain.parts.telephone import number_of
from shared.aggregate import Cause, Change, Refused
from shared.contracts.intake import Contact, CustomersMerged, CustomersSeparated, Particulars
from shared.contracts.vocabulary import CustomerId, Line


def absorb(
    customer: Customer, duplicate: Customer, revision: int, duplicate_revision: int, reason: Line, cause: Cause
) -> Change[Customer]:
    """The file that is kept says also what the other one knows: contacts, specialities, what it lacks itself.

    `revision` and `duplicate_revision` are those of the two files that were compared.

    Refused with `file_changed` when either has another one by now, `same_file` for the file itself, `merged_away` when
    either leads to another file already, `others_lead_to_it` when files were merged into the other one: that one is the
    one to keep, `erasure_asked` when that one's customer wants to be erased.
    """
    if customer.id == duplicate.id:
        raise Refused("this is the same file; name the other one", "same_file", "duplicate_id")
    must_stand_alone(customer)
    _must_be_free_to_lead_away(duplicate)
    if _absorbed(customer, duplicate.id):
        return Change(customer)
    if (revision, duplicate_revision) != (customer.revision, duplicate.revision):
        raise Refused(
            "one of the files was written meanwhile: compare them again and name their revisions, "
            f"{customer.revision} and {duplicate.revision}",
            "file_changed",
        )
    together = _together(customer.particulars, duplicate.particulars)
    absorbed = Absorbed(
        customer_id=duplicate.id,
        at=cause.at,
        said=duplicate.particulars,
        papers=duplicate.papers,
    )
    fuller = customer.but(absorbed=(*customer.absorbed, absorbed))
    return rewrite(fuller, "absorbed", together, reason, cause)


def must_have_absorbed(kept: Customer, duplicate: CustomerId) -> None:
    """Refused with `merge_given_back` when the file that is kept has nothing of the other one: it gave that back since.

    A request that is repeated under its key comes here after a merge that was refused half way, or undone.
    """
    if _absorbed(kept, duplicate) is None:
        raise Refused(
            "what this request merged was given back since; send it anew with another Idempotency-Key",
            "merge_given_back",
        )


def merge_into(duplicate: Customer, kept: CustomerId, reason: Line, cause: Cause) -> Change[Customer]:
    """This file leads to the other one from now on. Refused as `absorb` is."""
    _must_be_free_to_lead_away(duplicate)
    content = {"particulars": duplicate.particulars.model_dump(mode="json"), "reason": reason, "into": str(kept)}
    merged = duplicate.but(merged_into=kept, file=appended(duplicate.file, "merged", content, cause))
    said = CustomersMerged(customer_id=kept, duplicate_id=duplicate.id, revision=merged.revision, reason=reason)
    return Change(merged, (said,))


def stand_alone(duplicate: Customer, kept: Customer, reason: Line, cause: Cause) -> Change[Customer]:
    """The file is a customer's own again, with all that it said. Refused with `not_merged` when it is not merged there.

    A revision is announced with it, so that copies of the file are right again. Nothing changes where a merge broke off
    before this file led to the other one: that one alone has something to give back.
    """
    CUSTOMER.must(duplicate.stage, "separate")
    CUSTOMER.must(kept.stage, "separate")
    if duplicate.merged_into != kept.id:
        if _absorbed(kept, duplicate.id):
            return Change(duplicate)
        raise Refused(
            "this file was not merged into that one; name the one that it leads to", "not_merged", "duplicate_id"
        )
    alone = rewrite(duplicate.but(merged_into=None), "separated", duplicate.particulars, reason, cause)
    revision = alone.state.revision
    said = CustomersSeparated(customer_id=kept.id, separated_id=duplicate.id, revision=revision, reason=reason)
    return alone.announcing(said)


def give_back(customer: Customer, duplicate: Customer, reason: Line, cause: Cause) -> Change[Customer]:
    """The file that was kept says no more what came from the other one alone; what was written into it stays.

    It says what was written into it and what each file says that still leads here. The papers of the other one's
    orders, also of those that were placed since the merge, go with it.
    """
    CUSTOMER.must(customer.stage, "separate")
    if _absorbed(customer, duplicate.id) is None:
        return Change(customer)
    others = tuple(each for each in customer.absorbed if each.customer_id != duplicate.id)
    return rewrite(customer.but(absorbed=others), "separated", _retold(customer.file, others), reason, cause)


def _absorbed(customer: Customer, duplicate: CustomerId) -> Absorbed | None:
    return next((each for each in customer.absorbed if each.customer_id == duplicate), None)


def _must_be_free_to_lead_away(duplicate: Customer) -> None:
    """Refused when the file cannot lead to another one.

    With `merged_away` when it does already, `erased` when its customer was erased, `erasure_asked` when its customer
    wants to be, which would be done to one of the two files alone, and `others_lead_to_it` when other files lead to it.
    """
    must_stand_alone(duplicate)
    if duplicate.stage == "erasure_asked":
        raise Refused("decide first on the wish of this file's customer to be erased", "erasure_asked")
    if duplicate.absorbed:
        raise Refused("other files lead to this one; keep this one and merge the other into it", "others_lead_to_it")


def _together(kept: Particulars, other: Particulars) -> Particulars:
    """What the one says and what the other one adds; where both say something else, the one that is kept holds."""
    return kept.but(
        customer_no=kept.customer_no or other.customer_no,
        address=kept.address or other.address,
        region=kept.region or other.region,
        owner=kept.owner or other.owner,
        specialist=kept.specialist or other.specialist,
        member=kept.member or other.member,
        contacts=(*kept.contacts, *(each for each in other.contacts if not _known(each, kept.contacts))),
        special_specs=tuple(dict.fromkeys((*kept.special_specs, *other.special_specs))),
    )


def _known(contact: Contact, contacts: tuple[Contact, ...]) -> bool:
    """Whether all ways to reach this contact are in the file already."""
    if contact.mobile is None and contact.email is None:
        return contact in contacts
    number = number_of(contact.mobile)
    same = [each for each in contacts if number in (None, number_of(each.mobile))]
    return any(contact.email in (None, each.email) for each in same)


def _retold(file: Sequence[Entry], absorbed: Collection[Absorbed]) -> Particulars:
    """What a file says when it is told again from its first revision, as if these files alone had been merged into it.

    A merge stands in the file at the moment at which it was made.
    """
    revisions = [Particulars.model_validate(each.content["particulars"]) for each in file]
    said = revisions[0]
    for entry, (before, after) in zip(file[1:], pairwise(revisions), strict=True):
        if entry.kind == "absorbed":
            for each in absorbed:
                said = _together(said, each.said) if each.at == entry.at else said
        elif entry.kind != "separated":
            said = _rewritten(said, before, after)
    return said


def _rewritten(said: Particulars, before: Particulars, after: Particulars) -> Particulars:
    """What is said, with the change that was written into a file that said `before` and says `after` since then."""
    changed = {name: value for name, value in after if value != getattr(before, name)}
    gone = tuple(each for each in before.contacts if each not in after.contacts)
    contacts = [each for each in after.contacts if each in said.contacts or each not in before.contacts]
    contacts += [each for each in said.contacts if each not in after.contacts and not _known(each, gone)]
    old, new = before.special_specs, after.special_specs
    specs = [each for each in new if each in said.special_specs or each not in old]
    specs += [each for each in said.special_specs if each not in new and each not in old]
    return said.amended(changed).but(contacts=tuple(contacts), special_specs=tuple(specs))
