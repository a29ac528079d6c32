"""What may be decided about an order where it stands: what its stage allows, and what nothing else is missing for."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Protocol

from orders.domain.lifecycle import BY_POLICY, LIFECYCLES, OrderDecision
from orders.domain.parts.contract import Contract
from orders.domain.parts.delay import UntoldDelay
from orders.domain.parts.drawing import Drawings
from orders.domain.parts.notice import Notice
from orders.domain.parts.passage import Cancellation, CancellingRequest, request_of
from orders.domain.parts.receivable import Receivable
from orders.domain.parts.shipment import Shipment
from orders.domain.parts.works import Works
from orders.domain.policy.policy import OrdersPolicy
from orders.domain.roles import MONEY_HEADS
from orders.domain.route import HAPPENS, ROUTES, Milestone, Route, RouteName
from shared.contracts.roles import Role
from shared.contracts.vocabulary import StaffId
from shared.lifecycle import Lacking, Need, Needs, Possible, lacking, whose_needs_are_met


class Standing(Protocol):
    """What of an order is asked about what may be decided: the order has it, and so has a row of a list."""

    @property
    def route_name(self) -> RouteName: ...
    @property
    def route_version(self) -> int: ...
    @property
    def stage(self) -> str: ...
    @property
    def reached(self) -> Mapping[Milestone, datetime]: ...
    @property
    def contract(self) -> Contract: ...
    @property
    def notice(self) -> Notice: ...
    @property
    def drawings(self) -> Drawings: ...
    @property
    def works(self) -> Works: ...
    @property
    def shipment(self) -> Shipment: ...
    @property
    def receivable(self) -> Receivable: ...
    @property
    def untold(self) -> UntoldDelay | None: ...
    @property
    def dispatched_on(self) -> date | None: ...
    @property
    def cancelling_requests(self) -> tuple[CancellingRequest, ...]: ...
    @property
    def cancellation(self) -> Cancellation | None: ...


def possible(order: Standing, policy: OrdersPolicy) -> tuple[Possible, ...]:
    """What people may do with it now, and who of them: by its route, or as the policy that it keeps says."""
    hands = hands_in(order)
    allowed = whose_needs_are_met(_allowed(order, policy), _NEEDED, order)
    return tuple(each.but(another_than=hands.get(each.decision, ())) for each in allowed)


def waiting(order: Standing, policy: OrdersPolicy) -> tuple[Lacking, ...]:
    """What its stage allows and what waits for something else."""
    return lacking(_allowed(order, policy), _NEEDED, order)


def hands_in(order: Standing) -> Mapping[str, tuple[StaffId, ...]]:
    """By a decision, who prepared what it confirms, and therefore does not make it in any role.

    Where several drawings wait, a designer of one may review another one.
    """
    draft, notice = order.contract.draft, order.notice
    designers = {each.designer for each in order.drawings.items if each.stage == "submitted"}
    signed = tuple(dict.fromkeys(each.by for each in (notice.prepared, notice.reviewed) if each))
    return {
        "review": tuple(dict.fromkeys(draft.hands)) if draft else (),
        "countersign": (draft.written_by,) if draft and draft.written_by else (),
        "review_notice": signed,
        "approve_notice": signed,
        "review_drawing": tuple(filter(None, designers)) if len(designers) == 1 else (),
        "refund": lessened_by(order),
    }


def lessened_by(order: Standing) -> tuple[StaffId, ...]:
    """Who has made the customer owe less: by a credit, by a lower price, or by ending the order.

    So have those who prepared the price, and those who decided on the paper of a credit.
    """
    lower = (each for each in order.receivable.entries if each.kind == "amendment" and each.amount.amount < 0)
    credits = [each for each in order.receivable.entries if each.kind == "credit"]
    found = (
        *(each.by for each in (*credits, *lower) if each.by),
        *(staff for each in credits for staff in each.decided_by),
        *(staff for review in order.contract.reviews for staff in review.lowered_by),
        *((order.cancellation.by,) if order.cancellation else ()),
    )
    return tuple(dict.fromkeys(found))


def refunded_by(order: Standing, policy: OrdersPolicy) -> Possible | Lacking | None:
    """Who may also pay money back by ending the order (004 一㈡1b).

    It is possible once the end was asked for, and not for people who asked for it or lowered the amount: one person
    does not end an order and pay back for it. None where the policy lets no such role end it.
    """
    entitled = policy.authority(order.reached).by
    roles = tuple(role for role in MONEY_HEADS if role in entitled)
    if not roles:
        return None
    wish = request_of(order.cancelling_requests)
    if wish is None:
        return Lacking(decision="cancel", roles=roles, code="not_asked")
    return Possible(decision="cancel", roles=roles, another_than=tuple(dict.fromkeys((wish.by, *lessened_by(order)))))


def _allowed(order: Standing, policy: OrdersPolicy) -> tuple[Possible, ...]:
    cancellers = policy.authority(order.reached).by
    return _allowed_in(order.route_name, order.route_version, order.stage, cancellers)


@cache
def _allowed_in(route: RouteName, version: int, stage: str, cancellers: tuple[Role, ...]) -> tuple[Possible, ...]:
    return LIFECYCLES[route, version].possible(stage, dict.fromkeys(BY_POLICY, cancellers))


def unpacked(order: Standing) -> bool:
    """Whether goods are made for it whose packaging was not confirmed (004 三2(2))."""
    return Milestone.PRODUCED in _route(order).milestones and not order.works.packed


def delivered(order: Standing) -> bool:
    """Whether goods of it have left and not come back, or stand installed: it can only be credited then."""
    return bool(order.shipment.under_way) or Milestone.INSTALLED in order.reached


def _route(order: Standing) -> Route:
    return ROUTES[order.route_name].version(order.route_version)


def _may_be_countersigned(order: Standing) -> bool:
    draft = order.contract.draft
    return draft is not None and draft.countersigned is None


def _is_not_submitted(order: Standing) -> bool:
    draft = order.contract.draft
    return draft is not None and draft.submitted_by is None


def _is_submitted(order: Standing) -> bool:
    return not _route(order).submitters or not _is_not_submitted(order)


def _may_be_promised(order: Standing) -> bool:
    return any(not order.reached.keys() >= set(happens) for happens in HAPPENS.values())


_NEEDED: Needs[OrderDecision, Standing] = MappingProxyType(
    {
        "take_on": (Need(lambda order: order.contract.received_by is None),),
        "submit_for_review": (
            Need(_is_not_submitted),
            Need(lambda order: order.contract.received_by is not None, "not_received"),
        ),
        "countersign": (Need(_may_be_countersigned),),
        "review": (Need(lambda order: order.contract.draft is not None), Need(_is_submitted, "not_submitted")),
        "amend": (Need(lambda order: order.contract.draft is None, "under_review"),),
        "prepare_notice": (Need(lambda order: order.notice.next == "prepared"),),
        "review_notice": (
            Need(lambda order: order.notice.reviewed is None),
            Need(lambda order: order.notice.prepared is not None, "notice_not_prepared"),
        ),
        "approve_notice": (
            Need(lambda order: order.notice.approved is None),
            Need(lambda order: order.notice.prepared is not None, "notice_not_prepared"),
            Need(lambda order: order.notice.reviewed is not None, "notice_not_reviewed"),
        ),
        "review_drawing": (Need(lambda order: any(drawing.stage == "submitted" for drawing in order.drawings.items)),),
        "judge_sample": (Need(lambda order: any(sample.verdict is None for sample in order.works.samples)),),
        "send_sample": (Need(lambda order: bool(order.works.samples)),),
        "issue_work_order": (Need(lambda order: order.works.work_order is None),),
        "receive_packaging": (Need(lambda order: bool(order.works.awaited_materials)),),
        "pack": (Need(lambda order: not order.works.awaited_materials, "packaging_awaited"),),
        "arrange_paper": (Need(lambda order: bool(order.shipment.missing_papers)),),
        "dispatch": (
            Need(lambda order: not unpacked(order), "not_packed"),
            Need(lambda order: not order.shipment.missing_papers, "papers_missing"),
        ),
        "schedule_installation": (Need(lambda order: order.shipment.expected_at is not None, "arrival_unknown"),),
        "agree": (Need(_may_be_promised),),
        "postpone": (
            Need(lambda order: not order.dispatched_on),
            Need(lambda order: order.contract.signed and order.contract.ship_on is not None, "no_ship_date"),
        ),
        "word_delay": (Need(lambda order: order.untold is not None),),
        "cancel": (Need(lambda order: order.receivable.credited_in_full or not delivered(order)),),
        "ask_to_cancel": (Need(lambda order: request_of(order.cancelling_requests) is None),),
        "decline_cancelling": (Need(lambda order: request_of(order.cancelling_requests) is not None),),
        "credit": (Need(lambda order: bool(order.receivable.invoiced) and order.receivable.billed > 0),),
        "refund": (Need(lambda order: order.receivable.refundable),),
    }
)
"""What a decision needs besides the stage: a draft, a sample, money. The decision says what is missing."""
