"""What is remembered of the facts that end messages about a number."""

from collections.abc import Iterable

from notify.domain.overtaken import Overtaken
from shared.aggregate import Cause, Change


def note_ending(overtaken: Overtaken, facts: Iterable[str], cause: Cause) -> Change[Overtaken]:
    """A fact happened that is remembered under these names; the latest counts, in whatever order they are heard."""
    latest = {fact: max(cause.at, overtaken.facts.get(fact, cause.at)) for fact in facts}
    return Change(overtaken.but(facts={**overtaken.facts, **latest}))
