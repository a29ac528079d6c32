"""By when problems are solved, and when and to whom a day's problems are told."""

from pydantic import Field

from intake.domain.policy.reports import WhenItComes
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.roles import Role


class ProblemRule(Frozen):
    """The term of a problem, and when the day's problems are collected for whom (003 三3)."""

    clock: Clock
    collected: WhenItComes
    audience: tuple[Role, ...] = Field(min_length=1)
