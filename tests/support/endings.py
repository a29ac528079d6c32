"""For each later fact of the message policy, and each message that it ends, the two facts about the same thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lines import fact_for, fitting, sample
from notify_in_memory import POLICIES, TABLES

from notify.domain.messages.rule import Rule
from notify.domain.policy.purpose import LaterFact
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.contracts.roles import Department

EVENING = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""Ten o'clock at night in Shanghai."""
LATER = EVENING + timedelta(days=5)

_DEPARTMENTS = {each.value for each in Department}


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the tables, and an entry of the policy that ends what it tells."""

    rule: Rule
    fact: str
    later: LaterFact
    paths: str

    def __str__(self) -> str:
        return f"{self.rule.message}/{self.fact}"

    @property
    def of_ours(self) -> bool:
        """Whether one of our services announces what ends the message, and not a department."""
        return self.fact.partition(".")[0] not in _DEPARTMENTS

    def waits(self) -> Event:
        """A fact that makes the message, which may go out in the morning that follows `EVENING`, until `LATER`."""
        literal = {
            path: word[1:]
            for path, word in zip(self.paths.split("/"), self.later.about.split("/"), strict=True)
            if word.startswith("'")
        }
        fact = fact_for(self.rule)
        moments = {self.rule.until: LATER, self.rule.at: EVENING}
        wanted = {path: value.isoformat() for path, value in moments.items() if path}
        return type(fact).model_validate(fact.model_dump(mode="json") | wanted | literal)

    def ends(self, waits: Event) -> Event:
        """The fact that ends it, about the same thing."""
        said = waits.model_dump(mode="json")
        body = fitting(sample(self.fact).model_dump(mode="json"), self.later)
        for path, own in zip(self.paths.split("/"), self.later.about.split("/"), strict=True):
            options = zip(path.split("|"), own.split("|"), strict=True)
            body |= {mine: said[theirs] for theirs, mine in options if not mine.startswith("'")}
        return contracts()[self.fact].model_validate(body)

    def ends_another(self, waits: Event) -> Event:
        """The fact that would end it, about another thing of the same kind."""
        said = self.ends(waits).model_dump(mode="json")
        first = self.later.about.split("/")[0].split("|")
        named = {path: said[path] for path in first if said.get(path)}
        other = {path: str(uuid4()) if path.endswith("_id") else f"{no[:-1]}9" for path, no in named.items()}
        return contracts()[self.fact].model_validate(said | other)


def pairs() -> Iterator[Pair]:
    """Every pair, with one line for each message."""
    for purpose in POLICIES.version(1).purposes:
        for fact, later in ((fact, later) for fact, entries in purpose.ends.items() for later in entries):
            found: dict[str, Pair] = {}
            for rule in TABLES.rules:
                paths = _common(rule, later)
                meant = rule.purpose == purpose.name and (not later.of or rule.message in later.of)
                if meant and paths and _of_one_clock(rule, fact):
                    pair = Pair(rule, fact, later, paths)
                    if rule.holds(pair.waits().model_dump(mode="json")):
                        found.setdefault(rule.message, pair)
            yield from found.values()


def _common(rule: Rule, later: LaterFact) -> str | None:
    """The line's path to the thing that both are about."""
    return next((path for path in (rule.about, rule.matter) if path and later.names(path)), None)


def _of_one_clock(rule: Rule, fact: str) -> bool:
    publisher, name = fact.split(".")[:2]
    return not name.startswith("deadline_") or rule.event.startswith(f"{publisher}.")
