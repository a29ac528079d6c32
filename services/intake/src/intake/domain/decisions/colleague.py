"""Who is known as a colleague, in which role, and until when."""

from collections.abc import Collection
from datetime import date

from intake.domain.colleague import Ability, Colleague, colleague_id_of
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.contracts.intake import Trade
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, StaffId


def enlist(staff: StaffId, name: Line, role: Role, since: date, cause: Cause) -> Change[Colleague]:
    """From that day on this colleague owes what the role owes; `cause` is the request that said so."""
    must_be_near(since, cause, "since")
    return Change(Colleague(id=colleague_id_of(staff), staff=staff, name=name, role=role, since=since))


def move(colleague: Colleague, role: Role, since: date, cause: Cause) -> Change[Colleague]:
    """From that day on the colleague has another role, also after having left. What is owed already stays owed.

    Refused with `nothing_changes` when the colleague has the role and stays.
    """
    if colleague.role == role and colleague.last_day is None:
        raise Refused(f"{colleague.staff} is {role} already", "nothing_changes", "role")
    must_be_near(since, cause, "since")
    return Change(colleague.but(role=role, since=since, last_day=None))


def leave(colleague: Colleague, last_day: date, cause: Cause) -> Change[Colleague]:
    """After that day the colleague owes nothing new. Refused with `before_the_first_day` for a day before the first."""
    if last_day < colleague.since:
        raise Refused(
            f"{colleague.staff} has the role since {colleague.since}; name a later day",
            "before_the_first_day",
            "last_day",
        )
    must_be_near(last_day, cause, "last_day")
    return Change(colleague.but(last_day=last_day))


def weigh(colleague: Colleague, ability: Ability, cause: Cause) -> Change[Colleague]:
    """The supervisor weighs the colleague's ability anew; customers that are shared out from now on follow it."""
    return Change(colleague.but(ability=ability))


def entrust(colleague: Colleague, classes: Collection[Trade], cause: Cause) -> Change[Colleague]:
    """This colleague answers for these classes of customers from now on, and for no others (002 一2)."""
    return Change(colleague.but(answers_for=tuple(dict.fromkeys(classes))))
