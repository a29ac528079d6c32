"""How a contract is reviewed, changed, signed and sealed."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from orders.domain.decisions.cancellation import terminate
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.ledger import book_confirmed, follow_ledger, post_price
from orders.domain.decisions.promise import promise
from orders.domain.decisions.stage import lose, lose_payments, reach
from orders.domain.order import Order
from orders.domain.parts.contract import Contract, Countersignature, Draft, Outcome, Review, SealUse, contract_no_of
from orders.domain.parts.deadline import READINESS
from orders.domain.parts.notice import to_be_signed_anew
from orders.domain.parts.times import day_ahead
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from orders.domain.standing import hands_in
from shared.aggregate import Cause, Change, Refused, must_be_another, must_have_role
from shared.contracts.currencies import rounded
from shared.contracts.event import Money, PreciseDate
from shared.contracts.orders import (
    ContractAmended,
    ContractReviewed,
    ContractSigned,
    Finding,
    PaymentTerm,
    Reviewer,
    SealUsed,
)
from shared.contracts.vocabulary import StaffId

_M = Milestone


def review(
    order: Order, revision: int, outcome: Outcome, findings: tuple[Finding, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    """Terms' accuracy and conformity to policy are reviewed, for a contract and for every change of it.

    The customer is told the result. The planner takes part: nothing is approved without that word
    (`not_countersigned`), nor against it (`not_feasible`). Approved, it becomes valid; to be amended, it waits for a
    better revision; terminated, the order ends (004 一㈡1a, 1b; for a custom order the director reviews, 000 §3.5.1).
    Nothing is decided where it was not submitted first (`not_submitted`), and nothing approved without a price
    (`no_price`) or a day of shipping (`no_day`, `past_day`, `far_day`). The reviewer names the revision that was read:
    another one is not decided about (`contract_changed`). Refused to the person who wrote the change, submitted it or
    countersigned it as planner (`four_eyes`).
    """
    order.lifecycle.must(order.stage, "review")
    by = order.decided_by(_M.CONTRACT_APPROVED, cause)
    draft = order.contract.to_review()
    order.contract.must_be_seen(revision)
    if order.route.submitters and draft.submitted_by is None:
        raise Refused("a supervisor has not submitted this revision; that comes first", "not_submitted")
    who = "a contract is reviewed by another person than those who prepared it"
    must_be_another(who, *hands_in(order)["review"], cause=cause)
    if outcome == "approved":
        _must_be_whole(order, draft, rules, cause)
        _must_be_feasible(order, draft)
    reviewers = (*_planner(draft), Reviewer(staff=by, role=cause.actor.role or cause.actor.kind))
    lowered_by = (*draft.hands, by) if outcome == "approved" and _is_lower(order, draft) else ()
    made = Review(
        revision=draft.revision,
        outcome=outcome,
        findings=findings,
        reviewers=reviewers,
        at=cause.at,
        lowered_by=lowered_by,
    )
    reviewed = order.but(contract=_with_review(order.contract, made))
    if outcome != "approved":
        reviewed = reviewed.but(notice=to_be_signed_anew(order.notice))
    told = Change(reviewed, (_told(reviewed, made),))
    if outcome == "terminate":
        reason = "; ".join(finding.issue for finding in findings) or "合同评审未通过"
        return told.then(lambda order: terminate(order, reason, None, rules, cause))
    if outcome == "amend":
        return told.then(lambda order: follow_duties(order, rules, cause))
    if order.contract.signed:
        return told.then(lambda order: _in_force(order, draft, rules, cause))
    valid = told.then(lambda order: Change(_billed(order, draft, rules)))
    valid = valid.then(lambda order: book_confirmed(order, cause))
    valid = valid.then(partial(_look_into_foreign, before=order.receivable.currency, cause=cause))
    return valid.then(lambda order: reach(order, _M.CONTRACT_APPROVED, since=cause.at, rules=rules, cause=cause))


def take_on(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The account manager receives a standard order, the regional head of sales a custom one (000 §3.4.1, §3.5.1).

    Before that no custom order is submitted for review. Refused: `illegal_transition` after the review and where the
    route needs no receipt, `received_already`.
    """
    order.lifecycle.must(order.stage, "take_on")
    must_have_role("receiving an order", order.route.receivers, cause)
    if order.contract.received_by is not None:
        raise Refused(f"{order.contract.received_by} has received this order", "received_already")
    received = order.but(contract=order.contract.but(received_by=cause.actor.id))
    return follow_duties(received, rules, cause)


def submit_for_review(order: Order, revision: int, cause: Cause) -> Change[Order]:
    """A supervisor submits the contract, or a change of it, to the director who decides (000 §3.5.1).

    Refused: `not_received` before the regional head has the order, `submitted_already`, `not_authorised`,
    `contract_changed` when another revision than the one that is named waits.
    """
    order.lifecycle.must(order.stage, "submit_for_review")
    must_have_role("submitting a contract for review", order.route.submitters, cause)
    draft = order.contract.to_review()
    if order.contract.received_by is None:
        raise Refused("the regional head has not received this order; that comes first", "not_received")
    if draft.submitted_by is not None:
        raise Refused(f"{draft.submitted_by} has submitted revision {draft.revision}", "submitted_already")
    order.contract.must_be_seen(revision)
    submitted = draft.but(submitted_by=cause.actor.id)
    return Change(order.but(contract=order.contract.but(draft=submitted)))


def countersign(order: Order, revision: int, feasible: bool, notes: str, rules: Rules, cause: Cause) -> Change[Order]:
    """The planner says whether the goods can leave on the day of the contract, or of a change of it (004 一㈡1a).

    Refused: `illegal_transition`, `not_authorised`, `nothing_to_review`, `countersigned_already`, `contract_changed`
    when another revision than the one that is named waits, `four_eyes` to the person who wrote the change.
    """
    order.lifecycle.must(order.stage, "countersign")
    must_have_role("countersigning a contract", order.route.planners, cause)
    draft = order.contract.to_review()
    order.contract.must_be_seen(revision)
    if draft.countersigned is not None:
        raise Refused(f"{draft.countersigned.by} has countersigned revision {revision}", "countersigned_already")
    who = "a change is countersigned by another person than its author"
    must_be_another(who, *hands_in(order)["countersign"], cause=cause)
    word = Countersignature(
        by=cause.actor.id, role=cause.actor.role or cause.actor.kind, feasible=feasible, notes=notes, at=cause.at
    )
    signed = order.but(contract=order.contract.but(draft=draft.but(countersigned=word)))
    return follow_duties(signed, rules, cause)


def amend(order: Order, draft: Draft, rules: Rules, cause: Cause) -> Change[Order]:
    """A change of the contract is written down and has to be reviewed like the contract itself (004 一㈡1a).

    A contract that was approved but not signed goes back to review; a signed one stays in force meanwhile. An order
    notice that has not left yet is signed anew.
    Refused with `wrong_amount` when the price is none or the terms do not come to it.
    """
    order.lifecycle.must(order.stage, "amend")
    _must_add_up(order, draft)
    if draft.ship_on is not None:
        day_ahead(draft.ship_on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "ship_on")
    written = draft.but(written_by=cause.actor.id)
    amended = order.but(contract=_with_draft(order.contract, written), notice=to_be_signed_anew(order.notice))
    if order.contract.signed:
        return follow_duties(amended, rules, cause)
    return lose(amended, _M.CONTRACT_APPROVED, rules=rules, cause=cause)


def _must_be_whole(order: Order, draft: Draft, rules: Rules, cause: Cause) -> None:
    """A contract names what is to be paid and a day that is still to come (001 售中一, 售中二a)."""
    total, ship_on = draft.total or order.total, draft.ship_on or order.contract.ship_on
    if total is None or total.amount <= 0:
        raise Refused("the contract names no price; amend it with what is to be paid", "no_price")
    if order.dispatched_on is None and (draft.ship_on or not order.contract.signed):
        if ship_on is None:
            raise Refused("the contract names no day on which the goods leave; amend it with one", "no_day")
        day_ahead(ship_on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "ship_on")


def _must_be_feasible(order: Order, draft: Draft) -> None:
    """The planner has said that the goods can leave on the day (004 一㈡1a)."""
    word = draft.countersigned
    if word is None and order.route.planners:
        raise Refused("the planner has not countersigned this revision; that comes first", "not_countersigned")
    if word is not None and not word.feasible:
        raise Refused(f"{word.by} cannot plan for its day: {word.notes or 'no reason given'}; amend it", "not_feasible")


def _is_lower(order: Order, draft: Draft) -> bool:
    """Whether the revision asks for less than the order has cost; a price in another currency may be less."""
    before, after = order.total, draft.total
    if before is None or after is None:
        return False
    return after.currency != before.currency or after.amount < before.amount


def _planner(draft: Draft) -> tuple[Reviewer, ...]:
    word = draft.countersigned
    return (Reviewer(staff=word.by, role=word.role),) if word else ()


def _must_add_up(order: Order, draft: Draft) -> None:
    total = draft.total or order.total
    if total is not None and total.amount <= 0:
        raise Refused(f"{total.amount} {total.currency} is no price; name what is to be paid", "wrong_amount", "total")
    if not draft.terms:
        return
    terms = sum(term.amount.amount for term in draft.terms)
    same = all(total and term.amount.amount > 0 and term.amount.currency == total.currency for term in draft.terms)
    if total is None or not same or terms != total.amount:
        price = f"{total.amount} {total.currency}" if total else "not known: name the total"
        raise Refused(
            f"the terms come to {terms}, the price is {price}; they have to be the same", "wrong_amount", "terms"
        )


def sign(
    order: Order, revision: int, signed_on: PreciseDate, purpose: str, rules: Rules, cause: Cause
) -> Change[Order]:
    """The approved contract is signed and sealed; from its date the warranty counts, and its days are promises.

    Refused with `contract_changed` when it stands at another revision than the one that is named.
    Source: 001 售中一, 售后四; 004 一㈡1c, 1d.
    """
    order.lifecycle.must(order.stage, "sign")
    by = order.decided_by(_M.CONTRACT_SIGNED, cause)
    order.contract.must_be_seen(revision)
    if signed_on.on > rules.calendar.day(cause.at):
        raise Refused(
            f"{signed_on.on} is still to come; give the day on which it was signed", "future_day", "signed_on"
        )
    if order.contract.ship_on is not None:
        day_ahead(order.contract.ship_on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "ship_on")
    no = order.contract.no or contract_no_of(order.order_no, signed_on.on)
    contract = _with_seal_use(order.contract, by, purpose, cause).but(no=no, signed_on=signed_on)
    signed = Change(
        order.but(contract=contract, sold_on=rules.calendar.day(cause.at)),
        (_sealed(contract, order, by, purpose), _signed(order, contract, by, rules)),
    )
    ship_on = contract.ship_on
    if ship_on is not None:
        signed = signed.then(lambda order: watch(order, ship_on, rules, cause))
    billed = signed.then(lambda order: post_price(order, "invoice", cause))
    paid = order.payments_in
    return billed.then(lambda order: reach(order, _M.CONTRACT_SIGNED, *paid, since=cause.at, rules=rules, cause=cause))


def watch(order: Order, ship_on: date, rules: Rules, cause: Cause) -> Change[Order]:
    """The contract's ship date is promised, and goods and installers are looked at some days before (001 售中二a)."""
    promised = promise(order, "ship", ship_on, "contract", rules, cause)
    first = rules.of(order).morning(rules.calendar, ship_on - timedelta(days=rules.of(order).readiness_days))
    return promised.then(lambda order: Change(order.awaiting(READINESS, max(first, cause.at))))


def use_seal(order: Order, revision: int, purpose: str, cause: Cause) -> Change[Order]:
    """The contract seal is used once more; who and what for is on record (004 一㈡1c).

    Refused with `contract_changed` when the contract stands at another revision than the one that is named.
    """
    order.lifecycle.must(order.stage, "use_seal")
    by = order.decided_by(_M.CONTRACT_SIGNED, cause)
    order.contract.must_be_seen(revision)
    contract = _with_seal_use(order.contract, by, purpose, cause)
    return Change(order.but(contract=contract), (_sealed(contract, order, by, purpose),))


def _told(order: Order, review: Review) -> ContractReviewed:
    return ContractReviewed.of(
        order.about,
        contract_no=order.contract.no or order.order_no,
        revision=review.revision,
        outcome=review.outcome,
        findings=review.findings,
        reviewers=review.reviewers,
        kind=order.kind,
        amends=order.contract.signed,
    )


def _billed(order: Order, draft: Draft, rules: Rules) -> Order:
    """What the valid revision costs and when it is to be paid; without terms of its own by the company's share."""
    total = draft.total or order.total
    if total is None:
        return order
    receivable = order.receivable.but(terms=_terms(order, draft, total, rules), currency=total.currency)
    return order.but(total=total, receivable=receivable)


def _terms(order: Order, draft: Draft, total: Money, rules: Rules) -> tuple[PaymentTerm, ...]:
    """The terms that the revision names; without any a signed contract keeps its own, and the last take the change."""
    if draft.terms:
        return draft.terms
    before = order.receivable.terms if order.contract.signed else order.contract.terms
    if not before or before[0].amount.currency != total.currency:
        return _usual_terms(total, order, rules)
    change = total.amount - sum((term.amount.amount for term in before), Decimal())
    terms = list[PaymentTerm]()
    for term in reversed(before):
        amount = max(term.amount.amount + change, Decimal())
        change += term.amount.amount - amount
        if amount:
            terms.insert(0, term.but(amount=Money(amount=amount, currency=total.currency)))
    return tuple(terms)


def _usual_terms(total: Money, order: Order, rules: Rules) -> tuple[PaymentTerm, ...]:
    initial = rounded(total.amount * rules.of(order).initial_share, total.currency)
    return (
        PaymentTerm(kind="initial", amount=total.but(amount=initial)),
        PaymentTerm(kind="balance", amount=total.but(amount=total.amount - initial)),
    )


def _in_force(order: Order, draft: Draft, rules: Rules, cause: Cause) -> Change[Order]:
    """An approved change of a signed contract: new price, new day, on paper and in the ledger (004 一㈡1d)."""
    amended = ContractAmended.of(
        order.about,
        contract_no=order.contract.no or order.order_no,
        revision=draft.revision,
        changes=draft.changes or ("补充条款",),
        total=draft.total,
        promised_ship_date=draft.ship_on,
    )
    change = Change(_billed(order, draft, rules)).announcing(amended)
    ship_on = draft.ship_on
    if ship_on is not None and order.dispatched_on is None:
        change = change.then(lambda order: watch(order, ship_on, rules, cause))
    change = change.then(lambda order: post_price(order, "amendment", cause))
    change = change.then(partial(_look_into_foreign, before=order.receivable.currency, cause=cause))
    change = change.then(lambda order: lose_payments(order, rules, cause))
    return change.then(lambda order: follow_ledger(order, cause.at, rules, cause))


def _look_into_foreign(order: Order, before: str | None, cause: Cause) -> Change[Order]:
    """Money that came in `before` the order's currency was settled, in another one, is looked into.

    What was in another currency then too was looked into when it came.
    """
    change, settled = Change(order), order.receivable.currency
    for currency, amount in order.receivable.sums("payment", "refund").items():
        if amount and currency != settled and before in (None, currency):
            detail = f"收到其他币种的款项：{-amount} {currency}，请核对"
            change = change.then(partial(raise_exception, kind="payment", detail=detail, cause=cause))
    return change


def _with_draft(contract: Contract, draft: Draft) -> Contract:
    """With a further revision to review. Refused with `under_review` while another one is.

    Before the signature it keeps what the one says that came back from review, wherever it says nothing else.
    """
    if contract.draft is not None:
        raise Refused(f"revision {contract.draft.revision} is under review; decide on it first", "under_review")
    before = contract.returned or Draft(revision=0)
    revised = draft.but(
        revision=contract.next_revision,
        total=draft.total or before.total,
        ship_on=draft.ship_on or before.ship_on,
        terms=draft.terms or before.terms,
        prepared_before=before.hands,
    )
    return contract.but(draft=revised, returned=None)


def _with_review(contract: Contract, review: Review) -> Contract:
    """After a review: approved makes the draft valid, the other outcomes drop it; a first contract comes back."""
    draft = contract.to_review()
    reviewed = contract.but(reviews=(*contract.reviews, review), draft=None)
    if review.outcome == "approved":
        ship_on, terms = draft.ship_on or contract.ship_on, draft.terms or contract.terms
        return reviewed.but(revision=draft.revision, ship_on=ship_on, terms=terms)
    return reviewed if contract.signed else reviewed.but(returned=draft)


def _with_seal_use(contract: Contract, by: StaffId, purpose: str, cause: Cause) -> Contract:
    use = SealUse(staff=by, purpose=purpose, at=cause.at)
    return contract.but(seals=(*contract.seals, use))


def _sealed(contract: Contract, order: Order, by: str, purpose: str) -> SealUsed:
    return SealUsed(contract_no=contract.no or order.order_no, order_id=order.id, staff=by, purpose=purpose)


def _signed(order: Order, contract: Contract, by: str, rules: Rules) -> ContractSigned:
    return ContractSigned.of(
        order.about,
        contract_no=contract.no or order.order_no,
        signed_on=contract.signed_on or PreciseDate(on=order.placed_on),
        sealed_by=by,
        total=order.total,
        payment_terms=order.receivable.terms,
        promised_ship_date=contract.ship_on,
        warranty_months=rules.of(order).warranty_months,
        kind=order.kind,
    )
