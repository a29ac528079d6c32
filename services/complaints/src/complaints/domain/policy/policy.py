"""The company's policy for complaints: clocks, steps, the ladder of escalation and authority by amount."""

from datetime import timedelta
from typing import Any, Literal, Self, get_args

from pydantic import Field, model_validator

from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.standards import KnownCause, LossStandard, PenaltyStandard
from shared.calendar import Monthly, Within
from shared.clocks import Clock, TimedPolicy
from shared.contracts.roles import Role
from shared.contracts.vocabulary import DepartmentName, TermDays
from shared.rules import CompanyRules

CaseStep = Literal["judge", "investigate", "propose", "approve", "implement"]
STEPS: tuple[CaseStep, ...] = ("judge", "investigate", "propose", "approve", "implement")
PaperStep = Literal[
    "allowance_draw",
    "allowance_countersign",
    "allowance_stamp",
    "allowance_file",
    "allowance_post",
    "return_draw",
    "return_authorize",
    "return_chase",
    "return_receive",
    "return_post",
    "return_file",
    "return_difference",
]
"""What sales, warehouse, finance and CS still have to do about a discount certificate or a return note (003 §29)."""
FollowUp = Literal[
    "penalty_admin",
    "penalty_bonus",
    "personnel_notice",
    "penalty_notice",
    "action_plan",
    "action_do",
    "action_verify",
]
"""What follows from a case for our own people and departments (003 §25.4, §28)."""
TimedStep = (
    Literal["draft", "close", "submit", "supplier", "loss", "appeal", "feedback", "review"]
    | CaseStep
    | PaperStep
    | FollowUp
)
"""Everything that has a clock."""
FOLLOW_UPS: tuple[FollowUp, ...] = get_args(FollowUp)
PAPER_STEPS: tuple[PaperStep, ...] = get_args(PaperStep)

_LOSS = Clock(
    name="loss",
    title="批示责任部门损失金额",
    term=Within(days=1),
    role=Role.DEPUTY_GM,
    warn_before=(timedelta(hours=4),),
    ladder=(Role.DEPUTY_GM, Role.GM),
    patience=timedelta(days=1),
    source="003 §25.4b，期限为公司默认",
)


def _loss_on(said: dict[str, Any]) -> Clock:
    """The product's own clock, climbing by those of its roles that the company's ladder has, or to the ladder's top."""
    ladder: tuple[Role, ...] = said["ladder"]
    return _LOSS.but(ladder=tuple(role for role in _LOSS.ladder if role in ladder) or ladder[-1:])


class ComplaintPolicy(TimedPolicy):
    """One version of all the company's rules for complaints.

    The steps' limits together never exceed the limit of the whole case (003 §26.2 within §26.1). `heads` are those who
    answer for what a department has to do; it is urged every `chase_every` from a miss on. A version that does not say
    `loss` has the product's own, on its own ladder.
    """

    draft: Clock
    close: Clock
    submit: Clock
    steps: dict[CaseStep, Clock]
    heads: dict[DepartmentName, Role]
    chase_every: timedelta = Field(gt=timedelta())
    ladder: tuple[Role, ...] = Field(min_length=1)
    major_to: Role
    authority: AuthorityMatrix
    supplier: Clock
    loss: Clock = Field(default_factory=_loss_on)
    appeal: Clock
    feedback: Clock
    papers: dict[PaperStep, Clock]
    follow_ups: dict[FollowUp, Clock]
    penalties: PenaltyStandard
    watch_days: TermDays = Field(ge=1)
    review: Clock
    monthly_review: Monthly
    monthly_table: Monthly
    causes: tuple[KnownCause, ...] = Field(min_length=1)
    recurs_within_days: TermDays = Field(ge=1)
    losses: LossStandard

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if missing := [step for step in STEPS if step not in self.steps]:
            raise ValueError(f"every step has a limit; missing: {', '.join(missing)}")
        total = sum((length(clock) for clock in self.steps.values()), timedelta())
        if total > length(self.close):
            raise ValueError(f"the steps take {total} together, the whole case may take {length(self.close)}")
        return self

    @model_validator(mode="after")
    def _times_all_that_follows(self) -> Self:
        known = {*self.papers, *self.follow_ups}
        if untimed := [step for step in (*PAPER_STEPS, *FOLLOW_UPS) if step not in known]:
            raise ValueError(f"every step of a paper and every follow-up has a clock; missing: {', '.join(untimed)}")
        return self

    @model_validator(mode="after")
    def _knows_where_a_miss_goes(self) -> Self:
        named = {self.major_to, *(role for clock in self.clocks for role in clock.ladder)}
        if strange := sorted(named - set(self.ladder)):
            raise ValueError(f"not on the ladder: {', '.join(strange)}")
        return self

    def clock_of(self, duty: TimedStep) -> Clock:
        """How long this may take, and to whom a miss goes."""
        others = (*self.steps.items(), *self.papers.items(), *self.follow_ups.items())
        timed: dict[str, Clock] = {
            "draft": self.draft,
            "close": self.close,
            "submit": self.submit,
            "supplier": self.supplier,
            "loss": self.loss,
            "appeal": self.appeal,
            "feedback": self.feedback,
            "review": self.review,
            **dict[str, Clock](others),
        }
        return timed[duty]

    def rung(self, role: Role) -> int:
        """How high on the ladder, the first role being 1; 0 is below it."""
        return self.ladder.index(role) + 1 if role in self.ladder else 0


def length(clock: Clock) -> timedelta:
    """The time that a clock allows, a working day counted as a day. ValueError for a term that has no fixed length."""
    term = clock.term
    if not isinstance(term, Within) or term.months:
        raise ValueError(f"{clock.name}: give its term in days, hours or minutes, so that the steps can be added up")
    return timedelta(days=term.days, hours=term.hours, minutes=term.minutes)


Rules = CompanyRules[ComplaintPolicy]
