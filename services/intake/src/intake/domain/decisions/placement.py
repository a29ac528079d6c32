"""How an order is taken, verified with the customer, and either placed or withdrawn."""

from intake.domain.lifecycle import ORDER
from intake.domain.order import Order
from intake.domain.parts.papers import TITLES, Papers
from intake.domain.parts.verification import Verification
from intake.domain.policy.ordering import PlacingRule
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_have_role
from shared.contracts.intake import OrderPlaced, Wish


def take(
    order: Order, wish: Wish, verification: Verification | None, papers: Papers, rules: Rules, cause: Cause
) -> Change[Order]:
    """The order is recorded, and placed if it is verified already. The same wish once more changes nothing.

    Refused with `order_differs` when another order has this number, with `quote_ordered` when another one was placed
    from this quote, and as by `verify`.
    """
    if wish != order.wish:
        raise Refused(
            f"order {wish.order_no} was taken with another content; an amendment is a contract matter",
            "order_differs",
        )
    _must_be_first(order, papers)
    recorded = order.but(stage="unverified") if ORDER.allows(order.stage, "take") else order
    if verification is None or not ORDER.allows(recorded.stage, "verify"):
        return Change(recorded)
    return verify(recorded, verification, papers, rules, cause)


def verify(order: Order, verification: Verification, papers: Papers, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer confirmed the order, so it goes on to contract review (002 尾2a, 004 三2).

    IllegalTransition unless it waits for exactly this; refused with `not_yet_verified` when staff name a time ahead,
    `papers_open` while a paper that its route needs, or that it names, is not in order (000 §3.3.1.1, §3.3.2, §3.5.1),
    `quote_ordered` when another order was placed from the quote: the customer agreed to that price once.
    Overstepped where its route asks for another role. All of this goes by the policy that was in force when the order
    was taken. A department may have verified after the time at which it dates the order, and has papers of its own.
    """
    ORDER.must(order.stage, "verify")
    wish = order.wish
    rule = rules.on(order.taken_at).placing[wish.kind]
    if cause.kind == "request":
        must_have_role(f"verifying a {wish.kind} order", rule.by, cause)
    if wish.intake_channel != "department":
        _must_be_ready(papers, rule)
        _must_be_first(order, papers)
        wish = wish.but(
            quote_id=papers.quote_id, design_intake_id=papers.design_intake_id, project_id=papers.project_id
        )
    if cause.kind == "request" and verification.at > cause.at:
        raise Refused("the order is to be verified before it is placed; the time lies ahead", "not_yet_verified", "at")
    placed = OrderPlaced.of(
        wish,
        order_id=order.id,
        customer=order.customer,
        verified_by=verification.by,
        verified_at=verification.at,
    )
    recorded = order.but(stage="placed", wish=wish, verification=verification, placed_from=papers.quote_id)
    return Change(recorded, (placed,))


def withdraw(order: Order, cause: Cause) -> Change[Order]:
    """The customer does not want it any more (004 一㈡1b). An order that is placed is no longer ours to stop."""
    if not ORDER.allows(order.stage, "withdraw"):
        return Change(order)
    return Change(order.but(stage="withdrawn"))


def _must_be_first(order: Order, papers: Papers) -> None:
    if papers.ordered not in (None, order.wish.order_no):
        raise Refused(
            f"order {papers.ordered} was placed from this quote; quote what the customer orders besides",
            "quote_ordered",
            "quote_id",
        )


def _must_be_ready(papers: Papers, rule: PlacingRule) -> None:
    needed = dict.fromkeys((*rule.needs, *papers.named))
    if missing := [TITLES[paper] for paper in needed if paper not in papers.ready]:
        raise Refused(f"before the order is placed it needs: {'; '.join(missing)}", "papers_open")
