"""The decisions that name what was read, by a person who has read the order as it stands."""

from uuid import uuid4

from orders.domain.decisions import cancellation, contract, notice, production
from orders.domain.order import Order
from orders.domain.parts.contract import Outcome
from orders.domain.parts.notice import Signature
from orders.domain.parts.works import Verdict
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.orders import Finding


def submit_for_review(order: Order, cause: Cause) -> Change[Order]:
    return contract.submit_for_review(order, _revision(order), cause)


def countersign(order: Order, feasible: bool, notes: str, rules: Rules, cause: Cause) -> Change[Order]:
    return contract.countersign(order, _revision(order), feasible, notes, rules, cause)


def review(order: Order, outcome: Outcome, findings: tuple[Finding, ...], rules: Rules, cause: Cause) -> Change[Order]:
    """The planner has said before that the contract's day can be kept."""
    draft = order.contract.draft
    if draft is None or draft.countersigned is not None:
        return contract.review(order, _revision(order), outcome, findings, rules, cause)
    planner = Actor(kind="staff", id="planner-1", role="planner")
    word = Cause(id=uuid4(), correlation=cause.correlation, actor=planner, at=cause.at)
    signed = countersign(order, True, "", rules, word)
    return signed.then(lambda order: contract.review(order, _revision(order), outcome, findings, rules, cause))


def sign(order: Order, signed_on: PreciseDate, purpose: str, rules: Rules, cause: Cause) -> Change[Order]:
    return contract.sign(order, _revision(order), signed_on, purpose, rules, cause)


def sign_notice(order: Order, signature: Signature, rules: Rules, cause: Cause) -> Change[Order]:
    return _SIGN[signature](order, _revision(order), rules, cause)


def use_seal(order: Order, purpose: str, cause: Cause) -> Change[Order]:
    return contract.use_seal(order, _revision(order), purpose, cause)


def cancel(order: Order, reason: str, refund: Money | None, rules: Rules, cause: Cause) -> Change[Order]:
    return cancellation.cancel(order, order.stage, reason, refund, rules, cause)


def decline_cancelling(order: Order, reason: str, rules: Rules, cause: Cause) -> Change[Order]:
    return cancellation.decline_cancelling(order, len(order.cancelling_requests), reason, rules, cause)


def judge_sample(order: Order, no: str, outcome: Verdict, rules: Rules, cause: Cause) -> Change[Order]:
    return production.judge_sample(order, no, order.works.breakdown, outcome, "", rules, cause)


def inspect(order: Order, passed: bool, rules: Rules, cause: Cause) -> Change[Order]:
    return production.inspect(order, order.produced_at or order.since, passed, (), (), rules, cause)


def review_breakdown(order: Order, approved: bool, notes: str, rules: Rules, cause: Cause) -> Change[Order]:
    return production.review_breakdown(order, order.works.breakdown, approved, notes, rules, cause)


_SIGN = {
    "prepared": notice.prepare_notice,
    "reviewed": notice.review_notice,
    "approved": notice.approve_notice,
}


def _revision(order: Order) -> int:
    return order.contract.draft.revision if order.contract.draft else order.contract.revision
