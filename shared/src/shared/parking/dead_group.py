"""What operators say of dead things that failed alike: who sees to them, what is known, and whether they are held."""

from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, StaffId
from shared.store import Store

MARKS_KEPT = 100
"""Marks of a group that stay readable, the latest."""
_GROUPS = uuid5(NAMESPACE_URL, "urn:kefu:dead-groups")


class GroupMark(Part):
    """What one operator said of a group, and when."""

    at: Instant
    by: str
    owner: StaffId | None = None
    note: Line | None = None
    held: bool = False


class DeadGroup(Aggregate):
    """The dead of one queue that failed with one code; the last of its marks counts, the latest stay readable.

    A group that is held is known and waits for something; its messages are replayed only when a person wants it, as
    every dead message.
    """

    queue: str
    code: str
    marks: tuple[GroupMark, ...] = ()

    @classmethod
    def blank(cls, queue: str, code: str) -> Self:
        """A group of which nothing was said."""
        return cls(id=group_id_of(queue, code), queue=queue, code=code)

    @property
    def mark(self) -> GroupMark | None:
        """What holds now, if anything was said."""
        return self.marks[-1] if self.marks else None


class DeadGroups(Store[DeadGroup]):
    """The marks of a service's groups."""

    collection = "dead_groups"
    kind = DeadGroup

    async def marks(self) -> dict[tuple[str, str], GroupMark]:
        """What holds of each group of which something was said, by queue and code."""
        return {(each.queue, each.code): each.mark async for each in self.each() if each.mark}


def group_id_of(queue: str, code: str) -> UUID:
    """The id of the group of this queue and code."""
    return uuid5(_GROUPS, f"{queue}/{code}")


def mark(group: DeadGroup, owner: StaffId | None, note: Line | None, held: bool, cause: Cause) -> Change[DeadGroup]:
    """An operator says who sees to a group, what is known of it, and whether it is held.

    Refused with `held_without_owner` when it is held and no one sees to it.
    """
    if held and owner is None:
        raise Refused("a group that is held has an owner who sees to it; name one", "held_without_owner", "owner")
    said = GroupMark(at=cause.at, by=cause.actor.id, owner=owner, note=note, held=held)
    return Change(group.but(marks=(*group.marks, said)[-MARKS_KEPT:]))
