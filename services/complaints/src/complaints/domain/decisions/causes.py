"""How the list of root causes grows."""

from complaints.domain.cause_list import AddedCause, CauseList
from complaints.domain.policy.standards import KnownCause
from shared.aggregate import Cause, Change, Refused
from shared.contracts.vocabulary import Prose


def add_cause(
    causes: CauseList, added: KnownCause, reason: Prose, given: tuple[KnownCause, ...], cause: Cause
) -> Change[CauseList]:
    """A root cause that no case could name so far. Refused when its code or its title is on the list (002 五1)."""
    same = [each for each in causes.all(given) if added.code == each.code or added.title == each.title]
    if same:
        raise Refused(
            f"the list has {same[0].code} ({same[0].title}) already; name that one",
            "cause_known",
            "code" if same[0].code == added.code else "title",
        )
    new = AddedCause(code=added.code, title=added.title, reason=reason, by=cause.actor.id, at=cause.at)
    return Change(causes.but(added=(*causes.added, new)))
