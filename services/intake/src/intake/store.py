"""Where intake keeps what it owns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from intake.domain.calendar_year import CalendarYear
from intake.domain.callback import Callback
from intake.domain.campaign import Campaign
from intake.domain.care import Care, care_id_of
from intake.domain.care_content import CareContent
from intake.domain.colleague import Colleague, colleague_id_of
from intake.domain.contact_log import ContactLog, contact_log_id_of
from intake.domain.customer import Customer, numbers
from intake.domain.customer_class import CustomerClass
from intake.domain.decisions.callback import withdraw
from intake.domain.decisions.care import end_care
from intake.domain.decisions.design_intake import check_no_more
from intake.domain.decisions.enquiry import withdraw as withdraw_enquiry
from intake.domain.decisions.presales import convince_no_more
from intake.domain.decisions.revision import must_stand_alone
from intake.domain.decisions.showroom import call_off as call_tour_off
from intake.domain.decisions.survey import withdraw as withdraw_survey
from intake.domain.decisions.visit_plan import call_off as call_visit_off
from intake.domain.decisions.visit_text import read_no_more
from intake.domain.design_intake import DesignIntake
from intake.domain.digest import Digest
from intake.domain.enquiry import Enquiry
from intake.domain.fact import Fact
from intake.domain.figures.reached_stage import ABOUT_STAGES, STAGES_LOOKED_AT, ReachedStage, reached_stage
from intake.domain.figures.satisfaction import AnsweredSurvey
from intake.domain.figures.shares import Share
from intake.domain.fine import Fine
from intake.domain.itinerary import Itinerary
from intake.domain.moment import Moment
from intake.domain.opportunity import Opportunity
from intake.domain.order import Order
from intake.domain.parts.chain import erased
from intake.domain.parts.criteria import Criteria, ListedCustomer
from intake.domain.parts.telephone import number_of
from intake.domain.parts.withdrawal import Withdrawal
from intake.domain.policy.policy import Rules
from intake.domain.problem import DayProblem
from intake.domain.problem_day import ProblemDay
from intake.domain.project import Project
from intake.domain.quote import Quote
from intake.domain.showroom_visit import ShowroomVisit
from intake.domain.survey import Survey
from intake.domain.visit import Visit
from intake.domain.visit_plan import VisitPlan
from intake.domain.visit_text import VisitText
from intake.domain.work_report import WorkReport
from shared.aggregate import Cause, Change, NotFound
from shared.contracts.intake import Opinion, Trade
from shared.contracts.intake.contacts import CallbackKind
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderNo, StaffId, order_id_of
from shared.duties.board import OVER, Duties
from shared.erasure import NO_NUMBER, ErasedCustomers, Personal
from shared.pictures.picture import Pictures
from shared.search import asked
from shared.store import AllOf, Between, DatabaseLike, Index, OneOf, Store, Where
from shared.word_search import WordSearch

KEPT: Where = {"merged_into": OneOf(None), "stage": OneOf("open", "erasure_asked", None)}
"""The files of customers who were neither merged into another one nor erased; the oldest files have no stage."""


class Customers(Store[Customer]):
    """Every customer's file."""

    collection = "customers"
    kind = Customer
    indexes = (
        Index("particulars.name"),
        Index("particulars.owner"),
        Index("particulars.specialist"),
        Index("particulars.trade"),
        Index("file.at"),
        Index("particulars.name", where={"particulars.member": True}),
        Index("found_by"),
        Index("merged_into", where={"merged_into": Between("")}),
    )

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._search = WordSearch(self)

    async def members(self) -> Sequence[Customer]:
        """The member customers, each by the file that is kept; erased ones never."""
        where = {"particulars.member": True, "merged_into": OneOf(None)}
        found = self.each(where, sort="particulars.name")
        return [each async for each in found if each.stage != "erased"]

    async def drawn(self, criteria: Criteria, most: int, leaving_out: AbstractSet[UUID] = frozenset()) -> list[UUID]:
        """The first so many customers who fit, each by the file that is kept; erased ones never."""
        where = {
            "particulars.kind": criteria.kind,
            "particulars.trade": criteria.trade,
            "particulars.region": criteria.region,
            "particulars.member": criteria.member,
            "merged_into": OneOf(None),
        }
        found: list[UUID] = []
        async for each in self.each_row(ListedCustomer, where):
            if len(found) == most:
                break
            if each.fits(criteria.ordered) and each.id not in leaving_out:
                found.append(each.id)
        return found

    def of_class(self, trade: Trade) -> Where:
        """The condition that finds the customers of a class, each by the file that is kept; erased ones never."""
        return {"particulars.trade": trade, **KEPT}

    async def count_of(self, specialist: str) -> int:
        """How many customers a specialist has, each once by the file that is kept; erased ones do not count."""
        return await self.count({"particulars.specialist": specialist, **KEPT})

    async def with_mobile(self, mobile: str) -> Customer | None:
        """A customer with a contact who has this number, however it is spelt; of merged files the one that is kept."""
        number = number_of(mobile)
        found = await self._with_numbers({number}) if number else []
        return found[0] if found else None

    async def leading(self, customer_id: UUID) -> Customer:
        """The customer's file; of one that was merged the file that it leads to. Raises NotFound."""
        customer = await self.get(customer_id)
        return customer if customer.merged_into is None else await self.get(customer.merged_into)

    async def served(self, customer_id: UUID) -> Customer:
        """The file of a customer for whom something new begins. Raises NotFound; refused with `erased`."""
        customer = await self.leading(customer_id)
        must_stand_alone(customer)
        return customer

    async def has_ordered(self, customer_id: UUID) -> bool:
        """Whether there is an order or a contract under any file of this person."""
        try:
            leading = await self.leading(customer_id)
        except NotFound:
            return False
        return bool(leading.papers) or any(each.papers for each in leading.absorbed)

    async def files_of(self, customer_id: UUID) -> tuple[UUID, ...]:
        """Every file of this person, the one that is kept first; the id alone where there is no file."""
        try:
            leading = await self.leading(customer_id)
        except NotFound:
            return (customer_id,)
        return (leading.id, *(each.customer_id for each in leading.absorbed))

    async def all_of(self, customer_id: UUID | None) -> UUID | OneOf | None:
        """The condition that finds what any file of this person is named in; none when no customer is asked for."""
        if customer_id is None:
            return None
        files = await self.files_of(customer_id)
        return OneOf(*files) if len(files) > 1 else customer_id

    async def holding(self, question: str | None, mobile: str | None = None) -> AllOf | None:
        """What the found rows have: a number is found however it is spelt. None where nothing is asked for.

        Refused with `too_short` for a question that says too little.
        """
        number = () if mobile is None else asked(number_of(mobile) or "") or (mobile,)
        return await self._search.holding(question, *number)

    async def alike(self, customer: Customer) -> list[Customer]:
        """Other files that share a number with this one: perhaps the same person's."""
        found = await self._with_numbers(numbers(customer.particulars))
        return [each for each in found if each.id != customer.id]

    async def by_numbers(self, wanted: AbstractSet[str]) -> Mapping[str, Sequence[Customer]]:
        """The files with each of these numbers, as `number_of` spells them; of merged files the one that is kept."""
        found: dict[str, list[Customer]] = {number: [] for number in sorted(wanted)}
        sought = [each for number in wanted for each in asked(number)]
        if not sought:
            return found
        async for each in self.each({"found_by": OneOf(*sought), "merged_into": OneOf(None)}):
            for number in wanted & numbers(each.particulars):
                found[number].append(each)
        return found

    async def _with_numbers(self, wanted: AbstractSet[str]) -> list[Customer]:
        found = await self.by_numbers(wanted)
        return list({each.id: each for files in found.values() for each in files}.values())


class ContactLogs(Store[ContactLog]):
    """The talks with each customer."""

    collection = "contact_logs"
    kind = ContactLog
    indexes = (Index("customer_id"),)

    async def of(self, customer_id: UUID) -> ContactLog:
        """The log of a customer; a blank one while no talk is recorded."""
        try:
            return await self.get(contact_log_id_of(customer_id))
        except NotFound:
            return ContactLog.blank(customer_id)


class Visits(Store[Visit]):
    """Visits that were reported."""

    collection = "visits"
    kind = Visit
    indexes = (
        Index("staff", "reported_at"),
        Index("report.customer_id"),
        Index("report.mobile"),
        Index("report.plan_id"),
    )


class VisitPlans(Store[VisitPlan]):
    """Visits that are agreed with customers."""

    collection = "visit_plans"
    kind = VisitPlan
    indexes = (Index("staff", "appointed_at"), Index("customer_id", "appointed_at"))


class VisitTexts(Store[VisitText]):
    """The texts in which visits are reported."""

    collection = "visit_texts"
    kind = VisitText
    indexes = (Index("stage", "received_at"), Index("mobiles"), Index("said.mobile"))

    async def without_numbers(self) -> list[UUID]:
        """The texts that came in before the numbers in them were noted."""
        found = self.each({"stage": OneOf("unread", "read", "dismissed")}, sort="received_at")
        return [each.id async for each in found if each.unnoted]


class Problems(Store[DayProblem]):
    """The problems of each day."""

    collection = "problems"
    kind = DayProblem
    indexes = (Index("stage", "raised_at"), Index("raised_at"), Index("solved_at"), Index("customer_id"))

    async def touching(self, since: datetime) -> list[DayProblem]:
        """The problems that are open, and those that were solved since a moment."""
        unsolved = [each async for each in self.each({"stage": OneOf("raised", "fed_back")}, sort="raised_at")]
        return unsolved + [each async for each in self.each({"solved_at": Between(since)}, sort="solved_at")]


class ProblemDays(Store[ProblemDay]):
    """The problems that were collected, day by day."""

    collection = "problem_days"
    kind = ProblemDay
    indexes = (Index("day"),)


class ShowroomVisits(Store[ShowroomVisit]):
    """Tours of the showroom."""

    collection = "showroom_visits"
    kind = ShowroomVisit
    indexes = (Index("stage", "at"), Index("customer_id", "at"))


class Surveys(Store[Survey]):
    """What customers were asked for their opinion of, and what they answered."""

    collection = "surveys"
    kind = Survey
    indexes = (Index("customer_id", "issued_at"), Index("stage", "issued_at"), Index("answered_at"))

    async def opinions(self, begin: datetime, end: datetime) -> list[Opinion]:
        """What customers answered from one moment up to another, excluded."""
        rows = self.each_row(AnsweredSurvey, {"answered_at": Between(begin, end)}, sort="answered_at")
        return [row.opinion async for row in rows]


class Opportunities(Store[Opportunity]):
    """New business that was found."""

    collection = "opportunities"
    kind = Opportunity
    indexes = (Index("owner", "found_at"), Index("customer_id", "found_at"))


class Callbacks(Store[Callback]):
    """Calls that are owed, made or waived."""

    collection = "callbacks"
    kind = Callback
    indexes = (
        Index("customer_id", "due_at"),
        Index("stage", "due_at"),
        Index("reason.order_no", where={"stage": "open"}),
        Index("due_at"),
    )

    async def owed_about(self, order_no: str, *kinds: CallbackKind) -> Sequence[Callback]:
        """The calls of these kinds about this order that have not been made."""
        where = {"reason.order_no": order_no, "stage": "open", "reason.kind": OneOf(*kinds)}
        return [each async for each in self.each(where)]


class CareOfCustomers(Store[Care]):
    """What is done for customers before their first order."""

    collection = "care"
    kind = Care
    indexes = (Index("customer_id"), Index("done.month"))

    async def of(self, customer_id: UUID) -> Care | None:
        """The care for a customer, if it ever began."""
        try:
            return await self.get(care_id_of(customer_id))
        except NotFound:
            return None

    async def told(self, files: Sequence[UUID]) -> frozenset[UUID]:
        """The contents that the person of these files was sent, ever."""
        return frozenset([id async for each in self.each({"customer_id": OneOf(*files)}) for id in each.told])


class CareContents(Store[CareContent]):
    """What customers are told in the course of care."""

    collection = "care_contents"
    kind = CareContent
    indexes = (Index("first_day"), Index("last_day"))

    async def current(self, day: date) -> list[CareContent]:
        """What may be sent from that day on."""
        return [each async for each in self.each(sort="first_day") if each.last_day is None or each.last_day >= day]


class Campaigns(Store[Campaign]):
    """Campaigns, running and summed up."""

    collection = "campaigns"
    kind = Campaign
    indexes = (Index("stage", "started_at"), Index("refused"), Index("prospects.customer_id"))

    async def refusing(self) -> frozenset[UUID]:
        """The files under which customers said that they do not want to be called by campaigns."""
        return frozenset([id async for each in self.each({"kind": "telemarketing"}) for id in each.refused])


class Orders(Store[Order]):
    """Orders on their way in."""

    collection = "orders"
    kind = Order
    indexes = (
        Index("customer_id", "taken_at"),
        Index("stage", "taken_at"),
        Index("wish.quote_id", where={"wish.quote_id": Between("")}),
        Index("placed_from", unique=True),
    )

    async def placed_from(self, quote_id: UUID) -> OrderNo | None:
        """The order that was placed from this quote, if there is one."""
        found = await self.find({"wish.quote_id": quote_id, "stage": "placed"}, limit=1)
        return found.items[0].wish.order_no if found.items else None

    async def of(self, order_no: str | None) -> Order | None:
        """The order of this number, if intake took it."""
        try:
            return await self.get(order_id_of(order_no)) if order_no else None
        except NotFound:
            return None


class Enquiries(Store[Enquiry]):
    """What customers asked."""

    collection = "enquiries"
    kind = Enquiry
    indexes = (
        Index("stage", "due_at"),
        Index("customer_id", "received_at"),
        Index("case", where={"stage": "open"}),
    )

    async def complaining(self, case: UUID) -> Sequence[Enquiry]:
        """The complaints of this case that are not taken on yet."""
        where = {"case": case, "stage": "open", "asked.kind": "complaint"}
        return [each async for each in self.each(where)]


class Quotes(Store[Quote]):
    """Prices that customers were given."""

    collection = "quotes"
    kind = Quote
    indexes = (Index("customer_id", "quote_no"), Index("stage", "quote_no"))


class DesignIntakes(Store[DesignIntake]):
    """The forms before design orders."""

    collection = "design_intakes"
    kind = DesignIntake
    indexes = (Index("stage", "brought_at"), Index("customer_id", "brought_at"))


class Projects(Store[Project]):
    """The project files."""

    collection = "projects"
    kind = Project
    indexes = (Index("customer_id", "opened_at"), Index("stage", "opened_at"), Index("design_intake_id"))

    async def opened_from(self, design_intake_id: UUID) -> Project | None:
        """The file that was opened from these three forms, if there is one."""
        found = await self.find({"design_intake_id": design_intake_id}, limit=1)
        return found.items[0] if found.items else None


class Moments(Store[Moment]):
    """The customers' timelines."""

    collection = "moments"
    kind = Moment
    indexes = (Index("customer_id", "at"), Index("customer_id", "key", "at"))

    async def later_than(self, at: datetime, customer_id: UUID, order_no: str, keys: AbstractSet[str]) -> bool:
        """Whether one of these facts about the order is later than this moment, as far as was heard."""
        where = {"customer_id": customer_id, "key": OneOf(*sorted(keys)), "at": Between(at, None)}
        return any([each.said.get("order_no") == order_no async for each in self.each(where)])

    async def stage_of(self, files: Sequence[UUID]) -> ReachedStage | None:
        """At which of the seven stages the customer is: the last that was announced of an order that goes on."""
        where = {"customer_id": OneOf(*files), "key": OneOf(*sorted(fact.key for fact in ABOUT_STAGES))}
        told = await self.find(where, sort="-at", limit=STAGES_LOOKED_AT)
        return reached_stage(told.items)


class CalendarYears(Store[CalendarYear]):
    """The years of the company's calendar that were asked for."""

    collection = "calendar_years"
    kind = CalendarYear


class Fines(Store[Fine]):
    """What altered records cost."""

    collection = "fines"
    kind = Fine
    indexes = (Index("stage", "found_at"), Index("staff", "found_at"), Index("found_at"))


class Facts(Store[Fact]):
    """What the departments reported."""

    collection = "facts"
    kind = Fact
    indexes = (Index("department", "at"), Index("said.customer.name", where={"said.customer.name": Between("")}))


class CustomerClasses(Store[CustomerClass]):
    """The classes of customers for which a colleague was asked."""

    collection = "customer_classes"
    kind = CustomerClass


class Colleagues(Store[Colleague]):
    """Who owes reports, in which role."""

    collection = "colleagues"
    kind = Colleague
    indexes = (Index("role", "staff"), Index("answers_for", "staff"))

    async def role_of(self, staff: str) -> Role | None:
        """The colleague's role; nothing for one who is not known."""
        try:
            return (await self.get(colleague_id_of(staff))).role
        except NotFound:
            return None

    async def answering_for(self, trade: Trade, day: date) -> tuple[StaffId, ...]:
        """Who answers for this class of customers on that day."""
        found = self.each({"answers_for": trade}, sort="staff")
        return tuple([each.staff async for each in found if each.works_on(day)])

    async def working(self, roles: Sequence[Role], day: date) -> list[Colleague]:
        """The colleagues who have one of these roles on that day."""
        return [each async for each in self.each({"role": OneOf(*roles)}, sort="staff") if each.works_on(day)]


class WorkReports(Store[WorkReport]):
    """The reports that colleagues owe."""

    collection = "work_reports"
    kind = WorkReport
    indexes = (
        Index("staff", "due_at"),
        Index("form", "period", "staff"),
        Index("form", "due_at"),
        Index("stage", "due_at"),
        Index("staff", "stage", "due_at"),
    )

    async def due(self, forms: Sequence[str], since: datetime, until: datetime) -> list[WorkReport]:
        """The reports on these forms whose time was over between two moments."""
        found = self.each({"form": OneOf(*forms), "due_at": Between(since, until)}, sort="due_at")
        return [report async for report in found]

    async def on(self, forms: Sequence[str], period: str) -> list[WorkReport]:
        """The reports on these forms that were asked for, for one period."""
        found = self.each({"form": OneOf(*forms), "period": period}, sort="staff")
        return [report async for report in found if report.stage != "unasked"]


class Itineraries(Store[Itinerary]):
    """The account managers' days."""

    collection = "itineraries"
    kind = Itinerary
    indexes = (Index("day", "staff"), Index("staff", "day"))


class Digests(Store[Digest]):
    """What was told about missing reports."""

    collection = "digests"
    kind = Digest
    indexes = (Index("made_at"),)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that intake keeps, in one database."""

    customers: Customers
    contact_logs: ContactLogs
    visits: Visits
    callbacks: Callbacks
    orders: Orders
    moments: Moments
    facts: Facts
    calendar_years: CalendarYears
    colleagues: Colleagues
    work_reports: WorkReports
    itineraries: Itineraries
    digests: Digests
    visit_plans: VisitPlans
    showroom_visits: ShowroomVisits
    opportunities: Opportunities
    surveys: Surveys
    erased_customers: ErasedCustomers
    pictures: Pictures
    enquiries: Enquiries
    quotes: Quotes
    design_intakes: DesignIntakes
    projects: Projects
    care: CareOfCustomers
    care_contents: CareContents
    campaigns: Campaigns
    visit_texts: VisitTexts
    problems: Problems
    problem_days: ProblemDays
    fines: Fines
    customer_classes: CustomerClasses
    duties: Duties

    @classmethod
    def on(cls, database: DatabaseLike) -> "Stores":
        """The stores over this database."""
        return cls(
            Customers(database),
            ContactLogs(database),
            Visits(database),
            Callbacks(database),
            Orders(database),
            Moments(database),
            Facts(database),
            CalendarYears(database),
            Colleagues(database),
            WorkReports(database),
            Itineraries(database),
            Digests(database),
            VisitPlans(database),
            ShowroomVisits(database),
            Opportunities(database),
            Surveys(database),
            ErasedCustomers(database),
            Pictures(database),
            Enquiries(database),
            Quotes(database),
            DesignIntakes(database),
            Projects(database),
            CareOfCustomers(database),
            CareContents(database),
            Campaigns(database),
            VisitTexts(database),
            Problems(database),
            ProblemDays(database),
            Fines(database),
            CustomerClasses(database),
            Duties(database),
        )

    async def refusing(self) -> frozenset[UUID]:
        """The customers who do not want to be called by campaigns, each by every file and by the one that is kept."""
        refused = await self.campaigns.refusing()
        files = self.customers.each_row(ListedCustomer, {"id": OneOf(*refused)})
        return refused | {row.merged_into async for row in files if row.merged_into}

    async def shares(self, day: date) -> tuple[Share, ...]:
        """How many customers each specialist who works on that day has, and the weight of their ability."""
        colleagues = await self.colleagues.working((Role.CS_SPECIALIST,), day)
        return tuple(
            [
                Share(
                    staff=each.staff,
                    customers=await self.customers.count_of(each.staff),
                    ability=each.ability,
                )
                for each in colleagues
            ]
        )

    def personal(self, rules: Rules) -> tuple[Personal, ...]:
        """Where intake keeps something personal about customers beside their files (003 二1-7)."""
        talked = ("contact_name", "content", "feedback", "remarks", "before", "after")
        answered = ("q1", "q2", "q3", "q4", "q5", "q6", "q7", "detail", "suggestion", "comment", "said", "manager_said")
        named = ("said.name", "customer_name", "shop_name", "mobile", "email", "address", "site_address", "contacts")
        judged = ("impression", "evaluation", "suggestion")
        reported = ("customer_name", "shop_name", "mobile", "talk")

        def withdraw_call(before: Callback, after: Callback, cause: Cause) -> Change[Callback]:
            """An erased customer is not called."""
            nameless = after.but(file=erased(before.file, after.file))
            return withdraw(nameless, Withdrawal(reason="customer_erased"), rules, cause)

        def ended(end: Callable[[Any, Rules, Cause], Change[Any]]) -> Callable[[Any, Any, Cause], Change[Any]]:
            """What is agreed with an erased customer, or owed to them, does not go on."""
            return lambda before, after, cause: end(after, rules, cause)

        def read_no_more_of_them(before: VisitText, after: VisitText, cause: Cause) -> Change[VisitText]:
            """Nothing is left to read in a text that names no other number."""
            return Change(after) if after.numbers - {NO_NUMBER} else read_no_more(after, rules, cause)

        def withdraw_survey_of_them(before: Survey, after: Survey, cause: Cause) -> Change[Survey]:
            """An erased customer is asked for no opinion."""
            return withdraw_survey(after, cause)

        return (
            Personal(self.contact_logs, "customer_id", words=(*talked, *answered), also=_erase_talks),
            Personal(self.visits, "report.customer_id", words=reported),
            Personal(self.visits, named="report.mobile", words=reported, also=_erase_visit_without_file),
            Personal(self.callbacks, "customer_id", words=answered, also=withdraw_call),
            Personal(self.orders, "customer_id", words=("site_address",)),
            Personal(self.moments, "customer_id", words=(*named, *talked, *answered, "special_specs", "text")),
            Personal(self.visit_plans, "customer_id", words=("interest", "consent"), also=ended(call_visit_off)),
            Personal(
                self.showroom_visits,
                "customer_id",
                words=("consent", "decision_maker", *judged),
                also=ended(call_tour_off),
            ),
            Personal(self.opportunities, "customer_id", words=("doubt", "reason"), also=ended(convince_no_more)),
            Personal(self.care, "customer_id", also=ended(end_care)),
            Personal(self.facts, named="said.customer.name"),
            Personal(self.surveys, "customer_id", words=("suggestion", "complaint"), also=withdraw_survey_of_them),
            Personal(self.enquiries, "customer_id", words=("text", "answer"), also=ended(withdraw_enquiry)),
            Personal(self.problems, "customer_id", words=("text", "words", "solution")),
            *(
                Personal(
                    self.visit_texts,
                    named=number,
                    words=("text", "shop_name", "customer_name", "mobile", "mobiles"),
                    alone=_tells_of_nobody_else,
                    also=read_no_more_of_them,
                )
                for number in ("mobiles", "said.mobile")
            ),
            Personal(self.quotes, "customer_id"),
            Personal(self.design_intakes, "customer_id", words=("remarks",), also=ended(check_no_more)),
            Personal(self.projects, "customer_id", words=("note", "need", "site"), also=_erase_project),
            Personal(self.duties, "customer_id", only=OVER),
            self.pictures.personal,
        )


def _tells_of_nobody_else(text: VisitText, known: Collection[str]) -> bool:
    """Whether every number in a text is the customer's."""
    return text.numbers <= set(known)


def _erase_visit_without_file(before: Visit, after: Visit, cause: Cause) -> Change[Visit]:
    """A visit that names a file is that customer's, though others have the number too."""
    return Change(after if before.report.customer_id is None else before)


def _erase_talks(before: ContactLog, after: ContactLog, cause: Cause) -> Change[ContactLog]:
    """The chain of the talks still names every entry by what was written in it."""
    return Change(after.but(entries=erased(before.entries, after.entries)))


def _erase_project(before: Project, after: Project, cause: Cause) -> Change[Project]:
    """The log of the project still names every entry by what was written in it."""
    return Change(after.but(log=erased(before.log, after.log)))
