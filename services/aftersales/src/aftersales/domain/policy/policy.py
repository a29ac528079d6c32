"""The company's policy for after-sales service: warranty rules, dispatching and settling."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Self, get_args

from pydantic import Field, model_validator

from aftersales.domain.parts.authority import Authority
from aftersales.domain.parts.blocks import Capacity
from aftersales.domain.parts.crew import Candidate, Commitment
from aftersales.domain.parts.service import ServiceType
from aftersales.domain.parts.warranty import Rule
from aftersales.domain.parts.who_pays import OwnFault
from shared.calendar import Daily, Monthly
from shared.clocks import Clock, TimedPolicy
from shared.contracts.event import Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, StaffId, TermMonths
from shared.rules import CompanyRules


class Reminders(Part):
    """Customers are reminded so many days before a warranty ends, at that local time of the day."""

    days_before_expiry: int = Field(ge=1, le=365)
    at: time


class Maintenance(Part):
    """Goods whose description holds one of these words are looked after every so many months after acceptance.

    Without words all goods count. After `for_months` the customer is reminded no more. `care` is what to look after,
    in words for the customer (002 三3).
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    words: tuple[str, ...] = ()
    every_months: TermMonths = Field(ge=1)
    for_months: TermMonths = Field(ge=1)
    care: Line

    def concerns(self, good: str) -> bool:
        """Whether these goods are looked after by it."""
        return not self.words or any(word in good for word in self.words)


CARES_APART = "；"
"""What stands between the cares that are told together."""
LONGEST_CARE = 200
"""Characters of a line, in which all cares of a policy can be told together."""


class Skill(Part):
    """What a technician has to be able to do for a service whose product or content holds one of these words."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Line
    words: tuple[str, ...] = Field(min_length=1)


class Area(Part):
    """A part of the company's town, known by words of an address; jobs in one area lie near one another."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Line
    words: tuple[str, ...] = Field(min_length=1)


_REFUND = Clock(
    name="refund",
    title="退还已收服务费",
    term=Daily(working=True),
    role=Role.FINANCE,
    ladder=(Role.CS_MANAGER,),
    source="003 §7",
)


_HANDLING = Clock(
    name="handling",
    title="按处理周期完成售后",
    term=Daily(),
    role=Role.OPERATIONS_SUPERVISOR,
    ladder=(Role.CS_MANAGER,),
    source="001 表1",
)


class AftersalesPolicy(TimedPolicy):
    """One version of all the company's rules for its after-sales service.

    Some warranty rule covers every contract ever made. `types` are the labels of the service types (003 §6),
    `authority` who decides what (003 §4). The
    `fee_signatures` stand on a fee before it is charged (001 表1); up to `on_spot_up_to` yuan may be collected on the
    spot (003 §9). A service within `repeated_within_days` after another for the same goods counts as repeated.
    A technician needs each of the `skills` whose words the service's product or content holds; `technicians` says who
    has which, and no skill is asked for while it is empty. `areas` are the company's town: once they are named, an
    address in none of them is out of town (003 §12). `own_fault` says who pays for it after the warranty has
    ended, `reminders` and `maintenance` when a customer is reminded. `voucher` is until when a registered request has
    to have a voucher, `parts` until when requested parts have to lie ready if no day is promised,
    `late_parts_told_before` how long before an appointment its customer hears that they are missing, `dispatch` until
    when a technician has to be sent (003 §11), `handling` that it is resolved by the end of the day which the handling
    opinion names (001 表1), `settlement` until which day of the month vouchers and forms go to
    finance (001 售后六c), `refund` until when what was paid for a service that was called off is paid back (003 §7); a
    version that does not say so has the product's own.
    """

    warranty: tuple[Rule, ...] = Field(min_length=1)
    types: dict[ServiceType, str]
    authority: Authority
    fee_signatures: tuple[Capacity, ...]
    on_spot_up_to: Decimal = Field(ge=0, description="Yuan.")
    repeated_within_days: int = Field(ge=1, le=365)
    late_parts_told_before: timedelta = Field(default=timedelta(hours=2), ge=timedelta(), le=timedelta(days=7))
    skills: tuple[Skill, ...] = ()
    technicians: dict[StaffId, tuple[str, ...]] = Field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    own_fault: OwnFault
    reminders: Reminders
    maintenance: tuple[Maintenance, ...] = ()
    voucher: Clock
    parts: Clock
    dispatch: Clock
    settlement: Clock
    refund: Clock = _REFUND
    handling: Clock = _HANDLING

    @model_validator(mode="after")
    def _covers_every_contract(self) -> Self:
        starts = [rule.contracts_from for rule in self.warranty]
        if min(starts) != date.min:
            raise ValueError("one warranty rule has no contracts_from: it covers the oldest contracts")
        if len(set(starts)) != len(starts):
            raise ValueError("two warranty rules begin on the same day")
        return self

    @model_validator(mode="after")
    def _knows_every_skill(self) -> Self:
        known = {skill.name for skill in self.skills}
        if unknown := sorted({name for skills in self.technicians.values() for name in skills} - known):
            raise ValueError(f"a technician has skills that stand under [[skills]]; unknown: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _tells_every_care_in_one_line(self) -> Self:
        if (length := len(CARES_APART.join(each.care for each in self.maintenance))) > LONGEST_CARE:
            raise ValueError(f"the cares of [[maintenance]] have at most {LONGEST_CARE} characters together: {length}")
        return self

    @model_validator(mode="after")
    def _labels_every_type(self) -> Self:
        if missing := sorted(set(get_args(ServiceType)) - set(self.types)):
            raise ValueError(f"every service type has a label under [types]; missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _settles_every_month(self) -> Self:
        if not isinstance(self.settlement.term, Monthly):
            raise ValueError("the settlement comes round every month: give its term with kind = monthly and a day")
        return self

    def lacking(self, technician: StaffId, *texts: str | None) -> tuple[Skill, ...]:
        """The skills that a service of this product and content needs and the technician does not have."""
        if not self.technicians:
            return ()
        has = self.technicians.get(technician, ())
        said = " ".join(text for text in texts if text)
        return tuple(each for each in self.skills if each.name not in has and any(word in said for word in each.words))

    def candidates(
        self, area: Line | None, needs: tuple[str | None, ...], day: Iterable[Commitment]
    ) -> tuple[Candidate, ...]:
        """Every technician of the policy and of the day's visits, the best first (003 §7).

        Fewer lacking skills come first, then more visits in the same area that day, then fewer visits in all, then the
        id. `needs` is the product and content of the service, by whose words skills are asked for.
        """
        sent: dict[StaffId, list[Commitment]] = {technician: [] for technician in self.technicians}
        for each in day:
            sent.setdefault(each.technician, []).append(each)
        found = [
            Candidate(
                technician=technician,
                lacking=tuple(skill.title for skill in self.lacking(technician, *needs)),
                near=tuple(each.voucher_no for each in visits if area is not None and each.area == area),
                visits=len(visits),
            )
            for technician, visits in sent.items()
        ]
        return tuple(sorted(found, key=lambda each: (len(each.lacking), -len(each.near), each.visits, each.technician)))

    def area_of(self, address: str | None) -> str | None:
        """The name of the first area whose words the address holds; nothing outside all of them."""
        return next((area.name for area in self.areas if any(word in (address or "") for word in area.words)), None)

    def out_of_town(self, address: str | None) -> bool:
        """Whether a service at this address needs an application: the company has named its areas, and this is none."""
        return bool(self.areas) and address is not None and self.area_of(address) is None


Rules = CompanyRules[AftersalesPolicy]
