"""The rules a company may set: warranty, dispatching and settling; data with versions, no constants."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, model_validator

from aftersales.domain.warranty import Rule
from shared.calendar import CHINA, Calendar, Daily, Monthly, Policy
from shared.contracts.vocabulary import RoleName


class DispatchClock(Policy):
    """Until when a job has to be dispatched; what is left over goes to the manager (003 §11)."""

    term: Daily
    assignee_role: RoleName
    supervisor_role: RoleName


class SettlementClock(Policy):
    """Until which day of the month vouchers and forms go to finance (001 售后六c)."""

    term: Monthly
    assignee_role: RoleName
    supervisor_role: RoleName


class AftersalesPolicy(BaseModel):
    """All rules of one company for its after-sales service. Some warranty rule covers every contract ever made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warranty: tuple[Rule, ...] = Field(min_length=1)
    dispatch: DispatchClock
    settlement: SettlementClock
    calendar: InstanceOf[Calendar] = Field(default=CHINA, exclude=True)

    @model_validator(mode="after")
    def _covers_every_contract(self) -> Self:
        starts = [rule.contracts_from for rule in self.warranty]
        if min(starts) != date.min:
            raise ValueError("one warranty rule has no contracts_from: it covers the oldest contracts")
        if len(set(starts)) != len(starts):
            raise ValueError("two warranty rules begin on the same day")
        return self
