"""What is remembered of the facts that end messages about a number."""

from notify.domain.overtaken import Overtaken
from shared.aggregate import Cause, Change


def note_ending(overtaken: Overtaken, fact: str, cause: Cause) -> Change[Overtaken]:
    """A fact with this key happened; the latest counts, in whatever order they are heard."""
    latest = max(cause.at, overtaken.facts.get(fact, cause.at))
    return Change(overtaken.but(facts={**overtaken.facts, fact: latest}))
