"""What may be done with an order as it stands, and by whom: one table, which asks the route where a gate is decided."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from orders.domain.order import CANCELLED, Order
from orders.domain.policy.policy import Rules
from orders.domain.roles import DRAFTERS, FOLLOW_UP, MONEY_HEADS, PLANNING
from orders.domain.route import DRAWINGS, HAPPENS, ROUTES, SENDING, Milestone, Route
from shared.contracts.roles import Role
from shared.lifecycle import Possible

OrderDecision = Literal[
    "take_on",
    "submit_for_review",
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
    "schedule",
    "review_breakdown",
    "judge_sample",
    "send_sample",
    "inspect",
    "pack",
    "dispatch",
    "issue_delivery_note",
    "schedule_installation",
    "pass_acceptance",
    "fail_acceptance",
    "agree",
    "postpone",
    "raise_exception",
    "cancel",
    "ask_to_cancel",
    "decline_cancelling",
    "credit",
    "refund",
]
When = Callable[[Order], bool]
By = Callable[[Route], tuple[Role, ...]]


class Rule(NamedTuple):
    """When a decision is possible, and who makes it on a route: where no role does, it is never possible.

    `by` is absent for what the policy says: who decides about cancelling, by how far the order has come.
    """

    when: When
    by: By | None


def _stage(*stages: str) -> When:
    return lambda order: order.stage in stages


def _running(order: Order) -> bool:
    return not order.ended


def _running_and(holds: When) -> When:
    return lambda order: not order.ended and holds(order)


def _may_be_taken_on(order: Order) -> bool:
    return order.stage == "review" and order.contract.received_by is None


def _may_be_submitted(order: Order) -> bool:
    draft = order.contract.draft
    return draft is not None and draft.submitted_by is None and order.contract.received_by is not None


def _may_be_reviewed(order: Order) -> bool:
    draft = order.contract.draft
    return draft is not None and (not order.route.submitters or draft.submitted_by is not None)


def _may_be_amended(order: Order) -> bool:
    return order.route.name != "stock" and order.contract.draft is None


def _has_drawing_to_review(order: Order) -> bool:
    return order.is_past("release") and any(drawing.status == "submitted" for drawing in order.drawings.items)


def _has_days_to_come(order: Order) -> bool:
    return any(not order.has(*happens) for happens in HAPPENS.values())


def _may_slip(order: Order) -> bool:
    return not order.dispatched_on and order.contract.signed and order.contract.ship_on is not None


def _may_be_installed(order: Order) -> bool:
    return order.stage in ("transport", "installation") and Milestone.INSTALLED in order.route.milestones


def _may_be_credited(order: Order) -> bool:
    return order.stage != CANCELLED and bool(order.receivable.invoiced) and order.receivable.billed > 0


def _always(*roles: Role) -> By:
    return lambda route: roles


def _drafters(route: Route) -> tuple[Role, ...]:
    return route.drafters


def _deciders(*gates: Milestone) -> By:
    return lambda route: tuple(dict.fromkeys(role for gate in gates for role in route.deciders.get(gate, ())))


def _reviewers(route: Route) -> tuple[Role, ...]:
    return route.reviewers


_M = Milestone
RULES: Mapping[OrderDecision, Rule] = MappingProxyType(
    {
        "take_on": Rule(_may_be_taken_on, lambda route: route.receivers),
        "submit_for_review": Rule(_running_and(_may_be_submitted), lambda route: route.submitters),
        "review": Rule(_running_and(_may_be_reviewed), _deciders(_M.CONTRACT_APPROVED)),
        "amend": Rule(_running_and(_may_be_amended), _always(*DRAFTERS)),
        "sign": Rule(_stage("signing"), _deciders(_M.CONTRACT_SIGNED)),
        "use_seal": Rule(_running, _deciders(_M.CONTRACT_SIGNED)),
        "prepare_notice": Rule(_running_and(lambda order: order.notice.next == "prepared"), _drafters),
        "review_notice": Rule(_running_and(lambda order: order.notice.next == "reviewed"), _reviewers),
        "approve_notice": Rule(
            _running_and(lambda order: order.notice.next == "approved"), _deciders(_M.NOTICE_SIGNED)
        ),
        "review_drawing": Rule(_running_and(_has_drawing_to_review), _deciders(*DRAWINGS.values())),
        "release": Rule(_stage("making"), _deciders(_M.PRODUCTION_RELEASED)),
        "send_back": Rule(_stage("making"), _deciders(_M.PRODUCTION_RELEASED)),
        "schedule": Rule(_running, _always(*PLANNING)),
        "review_breakdown": Rule(_stage("breakdown_review"), _deciders(_M.BREAKDOWN_APPROVED)),
        "judge_sample": Rule(
            _running_and(lambda order: any(sample.verdict is None for sample in order.works.samples)),
            _deciders(_M.SAMPLE_CONFIRMED),
        ),
        "send_sample": Rule(_running_and(lambda order: bool(order.works.samples)), _always(*FOLLOW_UP)),
        "inspect": Rule(_stage("inspection", "shipping"), _deciders(_M.INSPECTED)),
        "pack": Rule(_running, _always(*FOLLOW_UP, Role.WAREHOUSE)),
        "dispatch": Rule(_stage(*SENDING), _always(*FOLLOW_UP, Role.WAREHOUSE)),
        "issue_delivery_note": Rule(_stage(*SENDING), _always(Role.STATISTICS_CLERK, *FOLLOW_UP)),
        "schedule_installation": Rule(_may_be_installed, _always(Role.ENGINEERING_REGIONAL_HEAD, *FOLLOW_UP)),
        "pass_acceptance": Rule(_stage("acceptance"), _deciders(_M.ACCEPTED)),
        "fail_acceptance": Rule(_stage("acceptance"), _deciders(_M.ACCEPTED)),
        "agree": Rule(_running_and(_has_days_to_come), _always(*PLANNING)),
        "postpone": Rule(_running_and(_may_slip), _always(*PLANNING)),
        "raise_exception": Rule(lambda order: True, _always(*PLANNING)),
        "cancel": Rule(_running_and(lambda order: order.credited_in_full or not order.delivered), None),
        "ask_to_cancel": Rule(_running_and(lambda order: order.cancelling_request is None), _always(*DRAFTERS)),
        "decline_cancelling": Rule(_running_and(lambda order: order.cancelling_request is not None), None),
        "credit": Rule(_may_be_credited, _always(*MONEY_HEADS)),
        "refund": Rule(lambda order: order.receivable.refundable, _always(*MONEY_HEADS)),
    }
)
"""Every decision about an order that a person makes."""


def possible(order: Order, rules: Rules) -> tuple[Possible, ...]:
    """What may be done with the order now, and by whom on its route."""
    cancellers = rules.of(order).authority(order).by
    now = (
        Possible(decision=name, roles=rule.by(order.route) if rule.by else cancellers)
        for name, rule in RULES.items()
        if rule.when(order)
    )
    return tuple(each for each in now if each.roles)


def deciders(*decisions: OrderDecision) -> tuple[Role, ...]:
    """Who makes these decisions, on one route or another: whom an HTTP route lets in."""
    rules = [by for decision in decisions if (by := RULES[decision].by) is not None]
    return tuple(dict.fromkeys(role for by in rules for route in ROUTES.values() for role in by(route)))
