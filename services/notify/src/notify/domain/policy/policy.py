"""The company's figures for messages: when customers rest, what each purpose allows, how long things are waited for."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Self, get_args

from pydantic import Field, model_validator

from notify.domain.messages.rule import matter
from notify.domain.parts.rest import Rest
from notify.domain.policy.purpose import LaterFact, Purpose
from shared.clocks import Clock, TimedPolicy
from shared.contracts.event import Frozen
from shared.contracts.roles import Role
from shared.contracts.vocabulary import DepartmentName
from shared.rules import CompanyRules


class SlipRule(Frozen):
    """How a slip is acknowledged: the clock, which chases at each rung of its ladder, and who reads for a department.

    The first of a department's readers has the duty; each of them may acknowledge.
    """

    clock: Clock
    readers: dict[DepartmentName, tuple[Role, ...]]

    @model_validator(mode="after")
    def _every_department_reads(self) -> Self:
        if missing := [name for name in get_args(DepartmentName) if not self.readers.get(name)]:
            raise ValueError(f"every department has readers of its slips; missing: {', '.join(missing)}")
        return self

    def clock_of(self, department: DepartmentName) -> Clock:
        """The clock of a slip to this department."""
        return self.clock.but(role=self.readers[department][0])


class MessagePolicy(TimedPolicy):
    """One version of the figures. `rest` holds for customers who say nothing else.

    `answered_within` is how old a message may be that an answer belongs to, `resend_within` how long a message stays
    good that a person sends again. `unreached` is the clock of telling a customer what no message could, `unattributed`
    that of finding out who wrote a reply. `milestones` are the stages of an order that its customer is told of, each
    with the purposes that say the same.
    """

    rest: Rest
    answered_within: timedelta = Field(gt=timedelta(0))
    resend_within: timedelta = Field(gt=timedelta(0))
    slips: SlipRule
    unreached: Clock
    unattributed: Clock
    milestones: dict[str, tuple[str, ...]] = Field(default={})
    purposes: tuple[Purpose, ...]

    def ended_by(self, event: str, body: Mapping[str, Any]) -> dict[str, list[tuple[Purpose, LaterFact]]]:
        """Which purposes a fact with this key and body ends by which entry, by the number that it ends them about."""
        found: dict[str, list[tuple[Purpose, LaterFact]]] = {}
        for purpose in self.purposes:
            for ending in purpose.ends.get(event, ()):
                if ending.holds(body) and (number := matter(body, ending.about)):
                    found.setdefault(number, []).append((purpose, ending))
        return found

    def unknown_among(self, names: Iterable[str]) -> list[str]:
        """Those of these purposes that this version does not name, in alphabetical order."""
        return sorted(set(names) - {purpose.name for purpose in self.purposes})

    def purpose(self, name: str) -> Purpose:
        """What this purpose allows; one that this version does not know is treated as a plain service."""
        return next((purpose for purpose in self.purposes if purpose.name == name), Purpose(name=name))


Rules = CompanyRules[MessagePolicy]
