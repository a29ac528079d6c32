"""What becomes of a parked message or deadline: by itself, and by operators."""

from datetime import datetime
from uuid import UUID

from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.event import Actor
from shared.contracts.identities import LONGEST_IDENTITY
from shared.parking.parked import (
    CRASHES,
    LIFECYCLE,
    RETRY,
    Edit,
    Parked,
    ParkedNote,
    RetryPolicy,
    code,
    hopeless,
    reason,
    stack,
)

LONGEST_EDITOR = (LONGEST_IDENTITY - 1) // 2
"""Characters of the identity of an operator who proposes or confirms an edit: both are kept as one."""


def fail(parked: Parked, error: Exception, policy: RetryPolicy, now: datetime) -> Change[Parked]:
    """One more failure: tried again later, unless trying again cannot help or was done often enough.

    What people have settled or dropped stays so: this was another copy of it.
    """
    if parked.closed_by_people:
        return Change(parked)
    attempts = parked.attempts + 1
    told = parked.but(
        code=code(error), reason=reason(error), stack=stack(error), attempts=attempts, last_at=now, edit=None
    )
    if hopeless(error) or attempts >= policy.attempts:
        return Change(told.but(state="dead").done_with(RETRY))
    return Change(told.but(state="parked").awaiting(RETRY, now + policy.wait(attempts)))


def suspect(parked: Parked, policy: RetryPolicy, now: datetime) -> Change[Parked]:
    """It was in hand when the process died: once it may be tried in company, then alone, then it is the culprit."""
    crashes = parked.crashes + 1
    counted = parked.but(crashes=crashes, last_at=now)
    if crashes <= policy.suspicions:
        return Change(counted)
    return Change(
        counted.but(
            state="dead",
            code=CRASHES,
            reason=f"the process died {crashes} times with this in hand, the last {crashes - 2} alone",
        )
    )


def settle(parked: Parked, now: datetime) -> Change[Parked]:
    """It has had its effect after people had looked after it: kept, with what they did."""
    return Change(parked.but(state="settled", last_at=now).done_with(RETRY))


def replay(parked: Parked, now: datetime, cause: Cause) -> Change[Parked]:
    """An operator wants it tried again now."""
    _must_be_alive(parked, "replayed")
    again = parked.but(state="parked", attempts=0, crashes=0).awaiting(RETRY, now)
    return Change(_noted(again, cause, "replayed"))


def drop(parked: Parked, why: str, cause: Cause) -> Change[Parked]:
    """An operator decides that it is not wanted. It stays readable."""
    _must_be_alive(parked, "dropped")
    return Change(_noted(parked.but(state="dropped").done_with(RETRY), cause, f"dropped: {why}"))


def propose_edit(parked: Parked, body: str, cause: Cause) -> Change[Parked]:
    """Propose another body. Nothing changes until another person confirms.

    Refused with `name_too_long` to a person whose identity cannot be kept beside another one.
    """
    _must_be_alive(parked, "edited")
    if parked.letter is None:
        raise Refused("a deadline has no body; only messages can be edited", "not_a_message")
    _must_be_keepable(cause.actor)
    edit = Edit(id=cause.derive("edit"), body=body, by=cause.actor)
    return Change(_noted(parked.but(edit=edit), cause, "edit proposed", proposed=body))


def confirm_edit(parked: Parked, edit: UUID, now: datetime, cause: Cause) -> Change[Parked]:
    """A second person confirms the proposal that they have seen; its body is then tried.

    Refused when the proposal is not the one they name any more, or is their own, and with `name_too_long` to a person
    whose identity cannot be kept beside another one.
    """
    _must_be_alive(parked, "confirmed")
    if parked.edit is None or parked.letter is None:
        raise Refused("there is no proposed edit to confirm; propose one first", "nothing_to_confirm")
    if parked.edit.id != edit:
        raise Refused("another body has been proposed meanwhile; look at it and name that one", "edit_changed")
    _must_be_keepable(cause.actor)
    _must_be_keepable(parked.edit.by)
    who = "an edit is confirmed by another person than the one who proposed it"
    must_be_another(who, parked.edit.by.id, cause=cause)
    letter = parked.letter.but(
        body=parked.edit.body, encoding="utf-8", edited_by=f"{parked.edit.by.id}+{cause.actor.id}"
    )
    edited = parked.but(letter=letter, edit=None, state="parked", attempts=0, crashes=0)
    return Change(_noted(edited.awaiting(RETRY, now), cause, "edit confirmed", parked.letter.body))


def _noted(parked: Parked, cause: Cause, what: str, before: str | None = None, proposed: str | None = None) -> Parked:
    """With what a person did to it."""
    note = ParkedNote(at=cause.at, by=cause.actor, what=what, before=before, proposed=proposed)
    return parked.but(history=(*parked.history, note))


def _must_be_keepable(operator: Actor) -> None:
    if len(operator.id) > LONGEST_EDITOR:
        said = f"your identity has {len(operator.id)} characters; two of at most {LONGEST_EDITOR} are kept with an edit"
        raise Refused(f"{said}, so a colleague with a shorter one has to do this", "name_too_long")


def _must_be_alive(parked: Parked, what: str) -> None:
    if not LIFECYCLE.allows(parked.state, "replay"):
        raise Refused(f"this was dropped and cannot be {what}", "dropped")
