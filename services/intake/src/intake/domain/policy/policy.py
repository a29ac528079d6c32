"""The company's policy for intake: callbacks and reports, by when, whose duty they are, and what they ask for."""

from datetime import time, timedelta
from typing import Self, get_args

from pydantic import Field, model_validator

from intake.domain.policy.campaigns import CampaignRule, Wishes
from intake.domain.policy.care import CareRule
from intake.domain.policy.customer_classes import CUSTOMER_CLASSES, CustomerClassRule
from intake.domain.policy.ordering import DesignIntakeRule, EnquiryRule, PlacingRule, ProjectRule, QuoteRule
from intake.domain.policy.presales import Objection, PresalesCall, VisitRule
from intake.domain.policy.problems import ProblemRule
from intake.domain.policy.reports import DigestRule, FormName, ItineraryRule, ReportForm, WhenItComes
from intake.domain.policy.script import Question, Script
from intake.domain.policy.showroom import ShowroomRule
from intake.domain.policy.surveys import SurveyRule
from intake.domain.policy.tampering import TAMPERING, TamperingRule
from shared.calendar import Daily, Within
from shared.clocks import Clock, TimedPolicy
from shared.contracts.event import Frozen
from shared.contracts.intake.contacts import CallbackKind
from shared.contracts.intake.customers import EnquiryKind
from shared.contracts.orders import StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderKind, TermDays
from shared.policy import Policies
from shared.rules import CompanyRules

OBLIGED: tuple[CallbackKind, ...] = (
    "visit_30min",
    "stage",
    "post_acceptance",
    "post_service_3d",
    "post_complaint",
    "delay",
    "first_contact_7d",
    "member",
    "seasonal",
)
"""The kinds of callback that facts and campaigns oblige us to: each needs a rule."""
_DOUBT = Clock(
    name="doubt",
    title="为有疑虑的客户提供教程或试用",
    term=Within(days=3, working=True, end_of_day=True),
    role=Role.ACCOUNT_MANAGER,
    warn_before=(timedelta(days=1),),
    ladder=(Role.REGIONAL_HEAD,),
    source="003 §32，期限为公司默认：三个工作日内",
)


class ErasureRule(Frozen):
    """By when a customer's wish to be erased is carried out or refused, and by whom."""

    clock: Clock


class CallbackRule(Frozen):
    """By when a callback of one kind is made, whose duty it is, and what has to be asked."""

    clock: Clock
    questions: frozenset[Question] = Field(min_length=1)
    manager_first: bool = False
    """Whether the account manager is rung before the customer."""
    detailed: bool = False
    """Whether the talk is recorded in detail, beside the answers."""
    script: Script

    @model_validator(mode="after")
    def _asks_what_has_to_be_answered(self) -> Self:
        if missing := sorted(self.questions - self.script.asks.keys()):
            raise ValueError(f"the script asks every question that needs an answer; missing: {', '.join(missing)}")
        return self


class IntakePolicy(TimedPolicy):
    """One version of the company's rules for intake.

    A version that does not say `customer_classes`, `tampering` or `doubts` has the product's own.
    """

    callbacks: dict[CallbackKind, CallbackRule]
    longest_script: int = Field(ge=100)
    """How many characters a callback's script has at most: it is short, and its content limited (002 三注)."""
    members_called: WhenItComes
    """When the round of calls to every member customer begins (002 四2)."""
    care: CareRule
    campaigns: CampaignRule
    wishes: Wishes
    surveys: SurveyRule
    problems: ProblemRule
    erasure: ErasureRule
    customer_classes: CustomerClassRule = CUSTOMER_CLASSES
    tampering: TamperingRule = TAMPERING
    holidays: Clock
    """By when the holidays of the next year are entered, and by whom."""
    holidays_looked_at: WhenItComes = Daily(at=time(9))
    """When it is looked whether the holidays of this year are known, and whether those of the next one are."""
    holidays_from_month: int = Field(default=10, ge=1, le=12)
    """The month from which those of the next year are asked for: they are announced in autumn."""
    horizon_days: TermDays = Field(default=730, ge=1)
    """No order is wanted for a day further ahead than this: a mistyped year."""
    enquiries: dict[EnquiryKind, EnquiryRule]
    quotes: QuoteRule
    design_intake: DesignIntakeRule
    project: ProjectRule
    placing: dict[OrderKind, PlacingRule]
    presales: PresalesCall
    visits: VisitRule
    showroom: ShowroomRule
    objections: tuple[Objection, ...]
    doubts: Clock = _DOUBT
    """By when a customer who doubts gets a tutorial or a trial, and from whom (003 §32)."""
    itinerary: ItineraryRule
    digest: DigestRule
    reports: dict[FormName, ReportForm]
    waivers_on: FormName
    """The form of the account manager's day on which it stands that a customer need not be called."""

    @model_validator(mode="after")
    def _knows_every_kind(self) -> Self:
        if missing := [kind for kind in OBLIGED if kind not in self.callbacks]:
            raise ValueError(f"every kind of callback has a rule; missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _keeps_scripts_short(self) -> Self:
        long = [kind for kind, rule in self.callbacks.items() if rule.script.longest > self.longest_script]
        if long:
            raise ValueError(f"a script has at most {self.longest_script} characters; longer: {', '.join(long)}")
        return self

    @model_validator(mode="after")
    def _has_words_for_each_stage(self) -> Self:
        spoken = self.callbacks["stage"].script.stages
        if missing := [stage for stage in get_args(StageGroup) if stage not in spoken]:
            raise ValueError(f"the callbacks at the stages have words for each; missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _knows_every_enquiry_and_route(self) -> Self:
        missing = [kind for kind in get_args(EnquiryKind) if kind not in self.enquiries]
        missing += [kind for kind in get_args(OrderKind) if kind not in self.placing]
        if missing:
            raise ValueError(f"every kind of enquiry and order has a rule; missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _names_forms_that_there_are(self) -> Self:
        named = {
            self.waivers_on,
            *self.digest.forms,
            *(name for form in self.reports.values() for name in form.consolidates),
        }
        if unknown := sorted(named - self.reports.keys()):
            raise ValueError(f"there is no form {', '.join(unknown)}; known: {', '.join(self.reports)}")
        return self


Rules = CompanyRules[IntakePolicy]


def verifiers(policies: Policies[IntakePolicy]) -> tuple[Role, ...]:
    """Everyone who may verify an order of one route or another, by any version."""
    roles = (role for policy in policies for rule in policy.placing.values() for role in rule.by)
    return tuple(dict.fromkeys(roles))
