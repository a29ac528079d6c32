"""The stages of what intake keeps, and what may be decided in each, as one table each."""

from typing import Literal

from intake.domain.roles import ENQUIRY_DESK, ERASERS, PLANNERS, QUOTERS, REPORTING
from shared.contracts.roles import CS, CS_HEADS, ORDER_DESK, SALES, Role
from shared.lifecycle import Lifecycle, Move

CallbackStage = Literal["open", "completed", "waived", "withdrawn"]
CallbackDecision = Literal["hear_manager", "appoint", "complete", "audit", "waive", "withdraw"]
CampaignStage = Literal["running", "completed"]
CampaignDecision = Literal["record", "note_call", "complete"]
CustomerStage = Literal["open", "erasure_asked", "erased"]
CustomerDecision = Literal[
    "correct",
    "classify",
    "assign",
    "assign_specialist",
    "merge",
    "separate",
    "ask_to_erase",
    "keep",
    "erase",
    "erase_along",
]
EnquiryStage = Literal["open", "answered", "withdrawn"]
EnquiryDecision = Literal["answer", "settle", "withdraw"]
FactStage = Literal["reported", "admitted"]
FineStage = Literal["open", "imposed", "let_off"]
FineDecision = Literal["impose", "let_off"]
IntakeStage = Literal["open", "passed"]
IntakeDecision = Literal["add", "check"]
ItineraryStage = Literal["open", "confirmed"]
ItineraryDecision = Literal["confirm"]
OrderStage = Literal["new", "unverified", "placed", "withdrawn"]
OrderDecision = Literal["take", "verify", "withdraw"]
ProjectStage = Literal["open", "ordered"]
ProjectDecision = Literal["add", "link_order"]
QuoteStage = Literal["issued", "accepted", "declined", "lapsed"]
QuoteDecision = Literal["revise", "accept", "decline", "lapse"]
ShowroomStage = Literal["booked", "completed", "cancelled"]
ShowroomDecision = Literal["do_task", "complete", "cancel"]
SurveyStage = Literal["open", "answered", "withdrawn"]
SurveyDecision = Literal["answer", "withdraw"]
PlanStage = Literal["planned", "arrived", "cancelled"]
PlanDecision = Literal["tick_off", "arrive", "cancel"]
ProblemStage = Literal["raised", "fed_back", "solved"]
ProblemDecision = Literal["tell_department", "solve"]
TextStage = Literal["unread", "read", "dismissed"]
TextDecision = Literal["read", "dismiss"]
ReportStage = Literal["unasked", "owed", "submitted", "reviewed", "excused"]
ReportDecision = Literal["ask_for", "submit", "review", "excuse"]

CALLBACK: Lifecycle[CallbackStage, CallbackDecision] = Lifecycle(
    "callback",
    "open",
    {
        "hear_manager": Move(("open",), (), CS),
        "appoint": Move(("open",), (), CS),
        "complete": Move(("open",), ("completed",), CS),
        "audit": Move(("completed",), (), (Role.MARKET_SUPERVISOR,)),
        "waive": Move(("open",), ("waived",), (Role.CS_DIRECTOR,)),
        "withdraw": Move(("open",), ("withdrawn",)),
    },
)
"""A call that was missed stays open: it is still owed. A fact after which there is nothing to say withdraws it."""

CAMPAIGN: Lifecycle[CampaignStage, CampaignDecision] = Lifecycle(
    "campaign",
    "running",
    {
        "record": Move(("running",), (), PLANNERS),
        "note_call": Move(("running",), ()),
        "complete": Move(("running",), ("completed",), CS_HEADS),
    },
)
"""Of a batch of callbacks each call tells what came of a customer."""

CUSTOMER: Lifecycle[CustomerStage, CustomerDecision] = Lifecycle(
    "customer's file",
    "open",
    {
        "correct": Move(("open", "erasure_asked"), (), CS),
        "classify": Move(("open", "erasure_asked"), (), CS_HEADS),
        "assign": Move(("open", "erasure_asked"), (), CS_HEADS),
        "assign_specialist": Move(("open", "erasure_asked"), (), CS_HEADS),
        "merge": Move(("open", "erasure_asked"), (), CS_HEADS),
        "separate": Move(("open", "erasure_asked"), (), CS_HEADS),
        "ask_to_erase": Move(("open",), ("erasure_asked",), CS),
        "keep": Move(("erasure_asked",), ("open",), ERASERS),
        "erase": Move(("erasure_asked",), ("erased",), ERASERS),
        "erase_along": Move(("open", "erasure_asked"), ("erased",)),
    },
)
"""Another person than the one who took the wish erases. A file that was merged into an erased one is erased with it."""
DESIGN_INTAKE: Lifecycle[IntakeStage, IntakeDecision] = Lifecycle(
    "design intake",
    "open",
    {
        "add": Move(("open",), (), PLANNERS),
        "check": Move(("open",), ("open", "passed"), CS),
    },
)
"""Only CS checks the forms; all three have passed or it stays open (000 §3.3.1.1)."""

ENQUIRY: Lifecycle[EnquiryStage, EnquiryDecision] = Lifecycle(
    "enquiry",
    "open",
    {
        "answer": Move(("open",), ("answered",), ENQUIRY_DESK),
        "settle": Move(("open",), ("answered",)),
        "withdraw": Move(("open",), ("withdrawn",)),
    },
)
"""A quote, an order or a complaint that follows from an enquiry settles it; who is erased is answered no more."""

FACT: Lifecycle[FactStage, Literal["admit"]] = Lifecycle(
    "fact", "reported", {"admit": Move(("reported",), ("admitted",))}
)
"""What is refused is no fact: it is parked, for repair or for good."""

FINE: Lifecycle[FineStage, FineDecision] = Lifecycle(
    "fine",
    "open",
    {
        "impose": Move(("open",), ("imposed",), (Role.CS_DIRECTOR, Role.GM)),
        "let_off": Move(("open",), ("let_off",), (Role.GM,)),
    },
)
"""The GM decides where the director has altered the records.

An open fine may be the director's own, which does not show: the GM alone lets off.
"""

ITINERARY: Lifecycle[ItineraryStage, ItineraryDecision] = Lifecycle(
    "itinerary", "open", {"confirm": Move(("open",), ("confirmed",), CS)}
)

ORDER: Lifecycle[OrderStage, OrderDecision] = Lifecycle(
    "order",
    "new",
    {
        "take": Move(("new",), ("unverified",), ORDER_DESK),
        "verify": Move(("unverified",), ("placed",), by_policy=True),
        "withdraw": Move(("unverified",), ("withdrawn",)),
    },
)
"""An order that comes in verified is taken and verified in one step. Sales withdraws by a fact of its own.

Who verifies an order of a route is policy.
"""

PROBLEM: Lifecycle[ProblemStage, ProblemDecision] = Lifecycle(
    "problem",
    "raised",
    {
        "tell_department": Move(("raised", "fed_back"), ("fed_back",), PLANNERS),
        "solve": Move(("raised", "fed_back"), ("solved",), PLANNERS),
    },
)

PROJECT: Lifecycle[ProjectStage, ProjectDecision] = Lifecycle(
    "project",
    "open",
    {
        "add": Move(("open", "ordered"), (), PLANNERS),
        "link_order": Move(("open",), ("ordered",)),
    },
)

QUOTE: Lifecycle[QuoteStage, QuoteDecision] = Lifecycle(
    "quote",
    "issued",
    {
        "revise": Move(("issued", "lapsed", "declined"), ("issued",), QUOTERS),
        "accept": Move(("issued",), ("accepted",), QUOTERS),
        "decline": Move(("issued",), ("declined",), QUOTERS),
        "lapse": Move(("issued",), ("lapsed",)),
    },
)
"""A quote that is not answered lapses with its last day; a revision makes it valid again."""

SHOWROOM_VISIT: Lifecycle[ShowroomStage, ShowroomDecision] = Lifecycle(
    "showroom visit",
    "booked",
    {
        "do_task": Move(("booked",), (), PLANNERS),
        "complete": Move(("booked",), ("completed",), PLANNERS),
        "cancel": Move(("booked",), ("cancelled",), PLANNERS),
    },
)

SURVEY: Lifecycle[SurveyStage, SurveyDecision] = Lifecycle(
    "survey",
    "open",
    {
        "answer": Move(("open",), ("answered",), CS),
        "withdraw": Move(("open",), ("withdrawn",)),
    },
)
"""A customer answers the e-mail and on the customer's own page as well; who is erased is asked no more."""

VISIT_PLAN: Lifecycle[PlanStage, PlanDecision] = Lifecycle(
    "visit plan",
    "planned",
    {
        "tick_off": Move(("planned",), (), SALES),
        "arrive": Move(("planned",), ("arrived",), SALES),
        "cancel": Move(("planned",), ("cancelled",), PLANNERS),
    },
)

VISIT_TEXT: Lifecycle[TextStage, TextDecision] = Lifecycle(
    "visit text",
    "unread",
    {
        "read": Move(("unread",), ("read",), PLANNERS),
        "dismiss": Move(("unread",), ("dismissed",), CS),
    },
)
"""A text that is understood is read as it comes in."""

WORK_REPORT: Lifecycle[ReportStage, ReportDecision] = Lifecycle(
    "work report",
    "unasked",
    {
        "ask_for": Move(("unasked",), ("owed",)),
        "submit": Move(("owed",), ("submitted",), REPORTING),
        "review": Move(("submitted",), ("reviewed",), CS[::-1]),
        "excuse": Move(("owed",), ("excused",), CS_HEADS),
    },
)
"""A report that was missed stays owed. One that is not asked for yet may hold notes already.

Which of these roles answer a report follows from the one to which its form is submitted. A colleague in several of them
answers in the highest.
"""
