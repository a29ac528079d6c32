"""The company's policy for orders: terms, clocks, shares and limits; and all its versions beside the calendar."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.installation import Installer
from orders.domain.parts.promise import PromiseKind
from orders.domain.parts.receivable import Due
from orders.domain.route import JUDGED, ROUTES, Milestone, Route, RouteName
from shared.calendar import Calendar, Monthly, Weekly, Within
from shared.clocks import Clock, TimedPolicy
from shared.contracts.currencies import rounded
from shared.contracts.departments import Skill
from shared.contracts.event import Frozen, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, PaidAmount, StaffId, TermDays, TermMonths
from shared.policy import Policies
from shared.rules import CompanyRules

DutyName = Literal[
    "receive_order",
    "countersign",
    "sign_notice",
    "issue_work_order",
    "plan_production",
    "follow_printing",
    "confirm_packaging",
    "arrange_papers",
    "follow_stock",
    "ask_production",
    "ask_engineering",
    "word_delay",
    "find_out_day",
    "find_out_arrival",
    "send_crew",
    "ask_foreman",
    "agree_acceptance",
    "ask_acceptance",
    "collect",
]
"""What people owe an order because of where it stands."""


class SalesPlan(Frozen):
    """What is to be signed in a year, in one region or outside any, shared out to its months by weights (003 三2)."""

    year: int = Field(ge=2000, le=2199)
    region: Line | None = None
    amount: PaidAmount
    months: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(1,) * 12, min_length=12, max_length=12)

    @model_validator(mode="after")
    def _weighs_something(self) -> Self:
        if not any(self.months):
            raise ValueError("at least one month has a weight above zero")
        return self

    def between(self, begin: date, end: date) -> Decimal:
        """What of it falls on the months from one day up to another; the twelve of a year come to it exactly."""
        return self._until(end) - self._until(begin)

    def _until(self, day: date) -> Decimal:
        months = min(max((day.year - self.year) * 12 + day.month - 1, 0), 12)
        return rounded(self.amount.amount * sum(self.months[:months]) / sum(self.months), self.amount.currency)


class Grade(Frozen):
    """A customer's grade: for how much signed in twelve months, and with how many late payments at most (004 一㈣3)."""

    grade: Literal["A", "B", "C", "D"]
    signed: Decimal = Field(default=Decimal(), ge=0)
    late_payments: int = Field(default=1_000_000, ge=0)

    def fits(self, signed: Decimal, late_payments: int) -> bool:
        """Whether a customer fulfils its conditions."""
        return signed >= self.signed and late_payments <= self.late_payments


class Salary(Frozen):
    """What a salesman is paid for a month, and the share of what comes in if it is not everybody's (004 四6)."""

    staff: StaffId
    base: PaidAmount
    commission: Decimal | None = Field(default=None, ge=0, le=1)


class Wages(Frozen):
    """Of what a salesman's wage is made: a base for each month, and a share of what came in (004 四6)."""

    commission: Decimal = Field(default=Decimal(), ge=0, le=1, description="The share of what came in.")
    salaries: tuple[Salary, ...] = ()

    def rate_of(self, salesman: str) -> Decimal:
        """The share of a salesman."""
        own = next((each.commission for each in self.salaries if each.staff == salesman), None)
        return self.commission if own is None else own


class Authority(Frozen):
    """Who may cancel an order that has reached one of these milestones; the first of them has the duty to decide."""

    reached: tuple[Milestone, ...] = ()
    by: tuple[Role, ...] = Field(min_length=1)
    sales: bool = Field(default=False, description="Whether an order that sales takes back ends without a decision.")


_STAGE = "stage_"


class OrdersPolicy(TimedPolicy):
    """One version of the company's figures for orders, of which the source documents give few.

    Every promise has a clock, and every stage that the route plans days for.
    """

    readiness_days: TermDays = Field(ge=1, description="Days before the ship date from which readiness is assessed.")
    desk_opens: time = Field(description="When the desk assesses, tells and reminds; goods leave at this hour.")
    desk_closes: time = Field(default=time(18), description="By then goods leave that were late for their hour.")
    days_when_unknown: TermDays = Field(
        ge=1, description="By how many days a date moves when the new one is not known."
    )
    slips_before_escalation: int = Field(ge=1)
    initial_share: Decimal = Field(gt=0, le=1, description="Due at signing when the contract names no terms.")
    initial_days: TermDays = Field(description="Days after signing within which the initial payment is due.")
    balance_days: TermDays = Field(description="Days after installation within which the balance is due.")
    dunning_days: tuple[TermDays, ...] = Field(description="Days after the due day on which a reminder goes out.")
    horizon_days: TermDays = Field(
        default=730, ge=1, description="No day further ahead than this is promised or planned."
    )
    told_before_minutes: int = Field(
        default=10, ge=0, le=1440, description="So long before the contract's day begins a delay is told at the latest."
    )
    acceptance_hours: int = Field(
        default=2, ge=1, le=12, description="How long the customer is expected for acceptance, if no end is named."
    )
    notice_days: TermDays = Field(default=3, description="Days before an amount falls due on which that is told.")
    credit_limit: Money
    credit_days: TermDays
    warranty_months: TermMonths
    weekly_reports: Weekly
    monthly_reports: Monthly
    statement: Monthly
    sales_plans: tuple[SalesPlan, ...] = Field(default=(), description="What is to be signed, by year and region.")
    grades: tuple[Grade, ...] = Field(
        min_length=1, description="The first whose conditions hold; the last is the rest."
    )

    wages: Wages = Field(default=Wages(), description="Base and commission of salesmen.")
    packages: tuple[Line, ...] = Field(
        default=(),
        description="The standard packages of which standard orders are designed; none are asked for while empty.",
    )
    installers: Mapping[StaffId, Skill] = Field(
        default_factory=dict, description="Who is a senior installer; while it is empty, who schedules them says so."
    )

    review: Clock
    stage: Clock = Field(description="Of every other stage; its term is what is planned for the stage.")
    planned_days: Mapping[RouteName, Mapping[str, int]]
    promises: Mapping[PromiseKind, Clock]
    duties: Mapping[DutyName, Clock]
    exception: Clock = Field(description="Of every exception; whose duty it is depends on its kind.")
    exceptions: Mapping[ExceptionKind, Role]
    stock_check: Clock = Field(description="Of a count or a sample of stock; its end is the day that is asked for.")
    cancellation: Clock = Field(description="Of the decision about a wish to cancel; its role once goods have left.")
    cancelling: tuple[Authority, ...] = Field(min_length=1, description="The last one that an order has reached holds.")

    @model_validator(mode="after")
    def _plans_stages_that_there_are(self) -> Self:
        for name, days in self.planned_days.items():
            if strange := sorted(days.keys() - {stage.name for route in ROUTES[name] for stage in route.stages}):
                raise ValueError(f"the {name} route has no stage {', '.join(strange)}")
        if missing := sorted({"ship", "arrive", "install", "complete", "accept"} - self.promises.keys()):
            raise ValueError(f"every promise has a clock; missing: {', '.join(missing)}")
        if missing := sorted(set(get_args(DutyName)) - self.duties.keys()):
            raise ValueError(f"every duty has a clock; missing: {', '.join(missing)}")
        if missing := sorted(set(get_args(ExceptionKind)) - self.exceptions.keys()):
            raise ValueError(f"an exception of every kind is a role's duty; missing: {', '.join(missing)}")
        if taken := [clock.name for clock in self.clocks if clock.name.startswith(_STAGE)]:
            raise ValueError(f"{_STAGE} begins the names of the stages' clocks alone; rename {', '.join(taken)}")
        if self.cancelling[0].reached or not all(each.reached for each in self.cancelling[1:]):
            raise ValueError("the first row of cancelling, and no other, is for orders that have reached nothing")
        return self

    def skilled(self, crew: tuple[Installer, ...]) -> tuple[Installer, ...]:
        """The crew with the skill of each by the company's list, whatever was said of them (000 §3.5.4)."""
        if not self.installers:
            return crew
        return tuple(each.but(skill=self.installers.get(each.staff, "ordinary")) for each in crew)

    def authority(self, reached: Collection[Milestone]) -> Authority:
        """Who may cancel an order that has reached these milestones."""
        return [each for each in self.cancelling if not each.reached or set(each.reached) & set(reached)][-1]

    def morning(self, calendar: Calendar, day: date) -> datetime:
        """When the desk opens on a day."""
        return calendar.moment(day, self.desk_opens)

    def evening(self, calendar: Calendar, day: date) -> datetime:
        """When the desk closes on a day: by then goods leave that became ready after their hour."""
        return calendar.moment(day, self.desk_closes)

    def reminder_day(self, due: Due) -> date | None:
        """The day of the next reminder of an overdue amount; None after the last one, and while it is not overdue.

        It is counted from the day on which the lateness was noted and from the reminder before: what stood still for
        two weeks does not catch up with several reminders in a row.
        """
        if not due.overdue or due.level >= len(self.dunning_days):
            return None
        planned = self.dunning_days[due.level]
        if due.reminded_on is not None:
            return due.reminded_on + timedelta(days=planned - self.dunning_days[due.level - 1])
        noted = max(due.on, (due.overdue_on or due.on) - timedelta(days=1))
        return noted + timedelta(days=planned)

    def days(self, route: RouteName, stage: str) -> int | None:
        """How many days are planned for a stage; None for one that is not watched."""
        return self.planned_days.get(route, {}).get(stage)

    def stage_clock(self, route: Route, name: str) -> Clock | None:
        """The clock of a stage; None for one that is not watched.

        The duty of a review is that of the role which decides about it on the route (004 一㈡1a, 000 §3.4.2, §3.5.1).
        """
        stage, days = route.stage(name), self.days(route.name, name)
        if stage is None or days is None:
            return None
        if name == "review":
            return self.review.but(term=Within(days=days), role=route.deciders[stage.gate[0]][0])
        role = route.deciders[stage.gate[0]][0] if name in JUDGED else self.stage.role
        return self.stage.but(name=f"{_STAGE}{name}", title=stage.title, term=Within(days=days), role=role)

    def promise_of(self, clock: str) -> PromiseKind | None:
        """The promise whose clock has this name; None when it is another clock."""
        return next((kind for kind, each in self.promises.items() if each.name == clock), None)


Rules = CompanyRules[OrdersPolicy]


def cancellers(policies: Policies[OrdersPolicy]) -> tuple[Role, ...]:
    """Everyone who may cancel an order in one stage or another, by any version."""
    roles = (role for policy in policies for each in policy.cancelling for role in each.by)
    return tuple(dict.fromkeys(roles))
