"""What a matter remembers of the facts that end messages about it."""

from notify.domain.matter import Matter
from shared.aggregate import Cause, Change


def note_ending(matter: Matter, fact: str, cause: Cause) -> Change[Matter]:
    """A fact with this key happened; the latest counts, in whatever order they are heard."""
    latest = max(cause.at, matter.ended.get(fact, cause.at))
    return Change(matter.but(ended={**matter.ended, fact: latest}))
