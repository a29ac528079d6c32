"""The stages of orders and what belongs to them, and what may be decided in each, as one table for each route."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from orders.domain.roles import DRAFTERS, MONEY_HEADS, PLANNING
from orders.domain.route import CANCELLED, CLOSED, DRAWINGS, SENDING, Milestone, Route, RouteName, every_route
from shared.contracts.roles import ORDER_DESK, Role
from shared.lifecycle import Lifecycle, Move

OrderDecision = Literal[
    "take_on",
    "submit_for_review",
    "countersign",
    "review",
    "amend",
    "sign",
    "use_seal",
    "prepare_notice",
    "review_notice",
    "approve_notice",
    "review_drawing",
    "release",
    "send_back",
    "issue_work_order",
    "schedule",
    "review_breakdown",
    "judge_sample",
    "send_sample",
    "inspect",
    "plan_packaging",
    "receive_packaging",
    "pack",
    "require_papers",
    "arrange_paper",
    "dispatch",
    "issue_delivery_note",
    "schedule_installation",
    "agree_acceptance",
    "pass_acceptance",
    "fail_acceptance",
    "agree",
    "postpone",
    "word_delay",
    "raise_exception",
    "cancel",
    "ask_to_cancel",
    "decline_cancelling",
    "credit",
    "refund",
]
"""What people decide about an order."""

ReportedFact = Literal[
    "receive_payment",
    "grant_credit",
    "break_down",
    "reject_sample",
    "complete_production",
    "fail_inspection",
    "arrive",
    "complete_installation",
]
"""What other departments report and a gate waits for, or finds fault with. It is taken note of in every stage."""

ExceptionStage = Literal["open", "resolved"]
ExceptionDecision = Literal["resolve"]
DisposalStage = Literal["proposed", "approved", "rejected"]
DisposalDecision = Literal["decide"]
StockCheckKind = Literal["count", "sample"]
StockCheckStage = Literal["asked", "reported"]
StockCheckDecision = Literal["report"]
CostStage = Literal["entered", "withdrawn"]
CostDecision = Literal["withdraw"]

EXCEPTION: Lifecycle[ExceptionStage, ExceptionDecision] = Lifecycle(
    "exception", "open", {"resolve": Move(("open",), ("resolved",), ORDER_DESK)}
)
DISPOSAL: Lifecycle[DisposalStage, DisposalDecision] = Lifecycle(
    "disposal", "proposed", {"decide": Move(("proposed",), ("approved", "rejected"), (Role.MARKETING_VP,))}
)

STOCK_CHECK: Lifecycle[StockCheckStage, StockCheckDecision] = Lifecycle(
    "stock check", "asked", {"report": Move(("asked",), ("reported",), (Role.WAREHOUSE,))}
)
COST: Lifecycle[CostStage, CostDecision] = Lifecycle(
    "cost", "entered", {"withdraw": Move(("entered",), ("withdrawn",), (Role.STATISTICS_CLERK, Role.FINANCE))}
)

By = Callable[[Route], tuple[Role, ...]]
_M = Milestone


class _Line(NamedTuple):
    """What one decision is on every route: who makes it, in which stages, and where it leads.

    Without `stages` it is possible until the order ends. A decision with `opens` leads on where the gate waits for one
    of these milestones, `back` names the stages to which it leads back, one with `made_again` leads back to where goods
    are made, or taken from stock, and one that `ends` the order cancels it. Where no role makes it on a route, it is
    possible in none of its stages.
    """

    by: By | None
    stages: Callable[[Route], tuple[str, ...]]
    opens: tuple[Milestone, ...] = ()
    back: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    made_again: bool = False
    ends: bool = False


def _live(route: Route) -> tuple[str, ...]:
    return tuple(stage.name for stage in route.stages)


def _always(route: Route) -> tuple[str, ...]:
    return (*_live(route), CLOSED, CANCELLED)


def _until_cancelled(route: Route) -> tuple[str, ...]:
    return (*_live(route), CLOSED)


def _in(*stages: str) -> Callable[[Route], tuple[str, ...]]:
    return lambda route: tuple(stage for stage in _live(route) if stage in stages)


def _after(stage: str) -> Callable[[Route], tuple[str, ...]]:
    return lambda route: _live(route)[route.index(stage) + 1 :]


def _waiting_for(*milestones: Milestone) -> Callable[[Route], tuple[str, ...]]:
    return lambda route: tuple(stage.name for stage in route.stages if set(stage.gate) & set(milestones))


def _roles(*roles: Role) -> By:
    return lambda route: roles


def _deciders(*gates: Milestone) -> By:
    return lambda route: tuple(dict.fromkeys(role for gate in gates for role in route.deciders.get(gate, ())))


def _installing(route: Route) -> tuple[Role, ...]:
    return (Role.ENGINEERING_REGIONAL_HEAD,) if _M.INSTALLED in route.milestones else ()


def _engineering(route: Route) -> tuple[Role, ...]:
    return (Role.ENGINEERING_REGIONAL_HEAD,) if _M.PRODUCED in route.milestones else ()


def _packing(route: Route) -> tuple[Role, ...]:
    return (*ORDER_DESK, Role.WAREHOUSE) if _M.PRODUCED in route.milestones else ()


def _amending(route: Route) -> tuple[Role, ...]:
    return () if route.name == "stock" else DRAFTERS


def _made(route: Route) -> tuple[str, ...]:
    """The stages in which goods are there that may turn out not to be good."""
    return _after("production")(route) or _after("shipping")(route)


def _made_without_sample(route: Route) -> tuple[str, ...]:
    """The same where no sample has to be confirmed before the goods are made."""
    return () if _M.SAMPLE_CONFIRMED in route.milestones else _after("production")(route)


def _paying(route: Route) -> tuple[str, ...]:
    """Where money opens a gate, and where goods wait to leave that were paid for: it may turn out to be less."""
    paid_before = ("shipping",) if _M.PAID in route.before("shipping") else ()
    return (*_waiting_for(_M.INITIAL_PAID, _M.PAID)(route), *paid_before)


def _fact(*opens: Milestone) -> _Line:
    return _Line(None, _waiting_for(*opens), opens=opens)


_LINES: Mapping[OrderDecision | ReportedFact, _Line] = MappingProxyType(
    {
        "take_on": _Line(lambda route: route.receivers, _in("review")),
        "submit_for_review": _Line(lambda route: route.submitters, _live),
        "countersign": _Line(lambda route: route.planners, _live),
        "review": _Line(_deciders(_M.CONTRACT_APPROVED), _live, opens=(_M.CONTRACT_APPROVED,), ends=True),
        "amend": _Line(_amending, _live, back={"signing": ("review",)}),
        "sign": _Line(_deciders(_M.CONTRACT_SIGNED), _in("signing"), opens=(_M.CONTRACT_SIGNED,)),
        "use_seal": _Line(_deciders(_M.CONTRACT_SIGNED), _live),
        "receive_payment": _Line(None, _paying, opens=(_M.INITIAL_PAID, _M.PAID), back={"shipping": ("payment",)}),
        "grant_credit": _fact(_M.CREDIT_GRANTED),
        "prepare_notice": _Line(lambda route: route.drafters, _live),
        "review_notice": _Line(lambda route: route.reviewers, _live),
        "approve_notice": _Line(_deciders(_M.NOTICE_SIGNED), _live, opens=(_M.NOTICE_SIGNED,)),
        "review_drawing": _Line(_deciders(*DRAWINGS.values()), _after("release"), opens=tuple(DRAWINGS.values())),
        "release": _Line(_deciders(_M.PRODUCTION_RELEASED), _in("making"), opens=(_M.PRODUCTION_RELEASED,)),
        "send_back": _Line(
            _deciders(_M.PRODUCTION_RELEASED), _in("making"), back={"making": ("plan", "rendering", "drawings")}
        ),
        "issue_work_order": _Line(_engineering, _after("making")),
        "schedule": _Line(_roles(*PLANNING), _live),
        "break_down": _fact(_M.BROKEN_DOWN),
        "review_breakdown": _Line(
            _deciders(_M.BREAKDOWN_APPROVED),
            _in("breakdown_review"),
            opens=(_M.BREAKDOWN_APPROVED,),
            back={"breakdown_review": ("breakdown",)},
        ),
        "judge_sample": _Line(_deciders(_M.SAMPLE_CONFIRMED), _live, opens=(_M.SAMPLE_CONFIRMED,)),
        "send_sample": _Line(_roles(*ORDER_DESK), _live),
        "reject_sample": _Line(None, _made_without_sample, made_again=True),
        "complete_production": _fact(_M.PRODUCED),
        "inspect": _Line(
            _deciders(_M.INSPECTED),
            _in("inspection", "shipping"),
            opens=(_M.INSPECTED,),
            back={"inspection": ("production",), "shipping": ("production",)},
        ),
        "fail_inspection": _Line(None, _made, made_again=True),
        "plan_packaging": _Line(_packing, _live),
        "receive_packaging": _Line(_packing, _live),
        "pack": _Line(_roles(*ORDER_DESK, Role.WAREHOUSE), _live),
        "require_papers": _Line(_roles(*ORDER_DESK), _live),
        "arrange_paper": _Line(_roles(*ORDER_DESK), _live),
        "dispatch": _Line(
            _roles(*ORDER_DESK, Role.WAREHOUSE),
            _in(*SENDING),
            opens=(_M.DISPATCHED,),
            back={"installation": ("transport",)},
        ),
        "issue_delivery_note": _Line(_roles(Role.STATISTICS_CLERK, *ORDER_DESK), _in(*SENDING)),
        "arrive": _fact(_M.ARRIVED),
        "schedule_installation": _Line(_installing, _in("transport", "installation")),
        "complete_installation": _fact(_M.INSTALLED),
        "agree_acceptance": _Line(_deciders(_M.ACCEPTED), _in("transport", "installation", "acceptance")),
        "pass_acceptance": _Line(_deciders(_M.ACCEPTED), _in("acceptance"), opens=(_M.ACCEPTED,)),
        "fail_acceptance": _Line(_deciders(_M.ACCEPTED), _in("acceptance"), back={"acceptance": ("installation",)}),
        "agree": _Line(_roles(*PLANNING), _live),
        "postpone": _Line(_roles(*PLANNING), _live),
        "word_delay": _Line(_roles(*ORDER_DESK), _live),
        "raise_exception": _Line(_roles(*PLANNING), _always),
        "cancel": _Line(None, _live, ends=True),
        "ask_to_cancel": _Line(_roles(*DRAFTERS), _live),
        "decline_cancelling": _Line(None, _live),
        "credit": _Line(_roles(*MONEY_HEADS), _until_cancelled, opens=(_M.PAID,)),
        "refund": _Line(_roles(*MONEY_HEADS), _always),
    }
)
BY_POLICY: tuple[OrderDecision, ...] = ("cancel", "decline_cancelling")
"""The decisions about which the policy says who makes them, by how far the order has come."""


def _table(route: Route) -> Lifecycle[str, OrderDecision | ReportedFact]:
    moves = {name: tuple(_moves(name, line, route)) for name, line in _LINES.items()}
    return Lifecycle(f"{route.name} order", route.stages[0].name, moves)


def _moves(name: str, line: _Line, route: Route) -> Iterator[Move[str]]:
    """The rows of one decision on a route: its stages, grouped by where it leads from them."""
    by = line.by(route) if line.by else ()
    if line.by and not by:
        return
    grouped: dict[tuple[str, ...], list[str]] = {}
    for stage in line.stages(route):
        grouped.setdefault(tuple(_leads(line, stage, route)), []).append(stage)
    for to, stages in grouped.items():
        yield Move(tuple(stages), to, by, by_policy=name in BY_POLICY)


def _leads(line: _Line, stage: str, route: Route) -> Iterator[str]:
    here = route.stage(stage)
    if here is not None and set(line.opens) & set(here.gate):
        following = route.stages[route.index(stage) + 1 :]
        yield following[0].name if following else CLOSED
    yield from line.back.get(stage, ())
    if line.made_again:
        yield "production" if route.stage("production") else "shipping"
    if line.ends:
        yield CANCELLED


OrderLifecycle = Lifecycle[str, OrderDecision | ReportedFact]

LIFECYCLES: Mapping[tuple[RouteName, int], OrderLifecycle] = MappingProxyType(
    {(route.name, route.version): _table(route) for route in every_route()}
)
"""The table of every route. A decision leads to the next stage; what came early may lead further from there."""


def deciders(*decisions: OrderDecision) -> tuple[Role, ...]:
    """Who makes these decisions, on one route or another: whom an HTTP route lets in."""
    tables = LIFECYCLES.values()
    roles = (role for each in decisions for table in tables for role in table.roles(each))
    return tuple(dict.fromkeys(roles))
