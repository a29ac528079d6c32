"""How goods come back: the note, its authorization, what the warehouse counts and what finance posts (003 §29)."""

from uuid import UUID

from complaints.domain.decisions.checks import must_be_seen
from complaints.domain.decisions.clock import pass_on, start, stop
from complaints.domain.goods_return import GoodsReturn, hands_in
from complaints.domain.lifecycle import GOODS_RETURN, ReturnDecision
from complaints.domain.parts.papers import (
    Comparison,
    Explanation,
    Method,
    PartCount,
    Posting,
    Receipt,
    ReturnNote,
    Signed,
    as_listed,
)
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.complaints import (
    ApprovedLine,
    ReturnAuthorized,
    ReturnDiscrepancyFound,
    ReturnPosted,
    ReturnReconciled,
)
from shared.contracts.event import Money
from shared.contracts.vocabulary import MOST, Line, PaperNo, Prose, StaffId


def draw_up(
    goods: GoodsReturn,
    lines: tuple[PartCount, ...],
    reason: Prose,
    method: Method,
    basis: Line,
    rules: Rules,
    cause: Cause,
) -> Change[GoodsReturn]:
    """Sales makes out the note with reason, method and basis; the sales VP decides on it next (003 §29.1(2)).

    Refused when a part is named twice (`part_twice`).
    """
    GOODS_RETURN.must(goods.stage, "draw_up")
    named = [line.part for line in lines]
    if twice := sorted({part for part in named if named.count(part) > 1}):
        raise Refused(f"name each part once, with its whole quantity: {', '.join(twice)}", "part_twice", "lines")
    note = ReturnNote(
        paper_id=cause.derive("paper"),
        lines=lines,
        reason=reason,
        method=method,
        basis=basis,
        by=cause.actor.id,
        at=cause.at,
    )
    return pass_on(goods.but(stage="drawn", note=note), "return_draw", "return_authorize", rules, cause)


def authorize(goods: GoodsReturn, seen: UUID, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """The sales VP approves: copy 1 is for chasing, the other three go to the warehouse (003 §29.1(2)).

    `seen` is the id of the note that was read; one that was drawn up anew is not approved by it (`paper_changed`).
    Refused to the person who drew it up.
    """
    GOODS_RETURN.must(goods.stage, "authorize")
    must_be_seen(goods.note, seen)
    _must_be_another("authorize", goods, cause)
    assert goods.note is not None
    authorized = ReturnAuthorized.of(
        goods.case.about,
        goods.case.concerning,
        return_no=goods.return_no,
        lines=_lines(goods.note.lines),
        reason=goods.note.reason,
        method=goods.note.method,
        basis=goods.note.basis,
        approved_by=cause.actor.id,
    )
    signed = goods.but(stage="authorized", authorized=Signed(by=cause.actor.id, at=cause.at))
    return (
        Change(signed, (authorized,))
        .then(lambda paper: pass_on(paper, "return_authorize", "return_chase", rules, cause))
        .then(lambda paper: start(paper, "return_receive", rules, cause))
    )


def send_back(goods: GoodsReturn, seen: UUID, note: Prose, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """The sales VP does not approve, and says why; sales draws the note up anew."""
    GOODS_RETURN.must(goods.stage, "send_back")
    must_be_seen(goods.note, seen)
    _must_be_another("send_back", goods, cause)
    back = goods.but(stage="due", note=None, sent_back=(*goods.sent_back, note))
    return pass_on(back, "return_authorize", "return_draw", rules, cause)


def receive(goods: GoodsReturn, receipt: Receipt, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """The warehouse has counted goods by its copy and signed for them (003 §29.3). Several lines and arrivals add up.

    A part that the note names is counted as the note spells it. Copies 1 and 2 are done; finance compares, and sales
    files copy 4. Refused when a part comes to more than a line can count (`beyond_count`).
    """
    GOODS_RETURN.must(goods.stage, "receive")
    named = (line.part for line in goods.note.lines) if goods.note else ()
    arrived = receipt.but(lines=as_listed(receipt.lines, named))
    counted = goods.but(stage="received", receipts=(*goods.receipts, arrived))
    if beyond := sorted(part for part, quantity in counted.counted.items() if quantity > MOST):
        raise Refused(
            f"at most {MOST} of a part can come back, in all arrivals together: {', '.join(beyond)}",
            "beyond_count",
            "lines",
        )
    change = stop(counted, "return_chase", "return_receive", "return_difference", rules=rules, cause=cause).then(
        lambda paper: start(paper, "return_post", rules, cause)
    )
    if goods.receipts:
        return change
    return change.then(lambda paper: start(paper, "return_file", rules, cause))


def reconcile(goods: GoodsReturn, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """Finance compares the approved with the returned quantity; a difference is a duty of CS (003 §29.2)."""
    GOODS_RETURN.must(goods.stage, "reconcile")
    comparison = Comparison(comparison_id=cause.derive("comparison"), by=cause.actor.id, at=cause.at)
    compared = goods.but(compared=comparison)
    if not goods.differences:
        return _agreed(compared)
    return _differ(compared, rules, cause)


def settle_difference(goods: GoodsReturn, seen: UUID, text: Prose, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """CS has found out why the quantities differ: the counted one holds, and finance may post it.

    `seen` is the id of the comparison whose differences are explained; another one is not (`comparison_changed`).
    Refused to the person who compared (`four_eyes`).
    """
    GOODS_RETURN.must(goods.stage, "settle_difference")
    assert goods.compared is not None
    if goods.compared.comparison_id != seen:
        raise Refused(
            f"it was compared anew meanwhile; read the differences and name {goods.compared.comparison_id}",
            "comparison_changed",
        )
    who = "a difference is explained by another person than the one who compared"
    must_be_another(who, *hands_in(goods)["settle_difference"], cause=cause)
    explanation = Explanation(text=text, by=cause.actor.id, at=cause.at)
    explained = goods.but(explanations=(*goods.explanations, explanation))
    return (
        stop(explained, "return_difference", rules=rules, cause=cause)
        .then(_agreed)
        .then(lambda paper: start(paper, "return_post", rules, cause))
    )


def post(
    goods: GoodsReturn, voucher_no: PaperNo, amount: Money | None, rules: Rules, cause: Cause
) -> Change[GoodsReturn]:
    """Finance makes out the voucher; without an amount the customer is credited all that may be (003 §29.2).

    All vouchers of a return together credit at most what was approved, and nothing for goods that go back reworked.
    Refused for more than that, for less than nothing and in another currency (`wrong_amount`).
    """
    GOODS_RETURN.must(goods.stage, "post")
    most = goods.creditable
    credited = most if amount is None else amount
    if credited.currency != most.currency or not 0 <= credited.amount <= most.amount:
        raise Refused(f"credit from 0 to {most.amount} {most.currency}", "wrong_amount", "credit")
    credit = credited if credited.amount else None
    posting = Posting(voucher_no=voucher_no, credit=credit, by=cause.actor.id, at=cause.at)
    posted = ReturnPosted.of(
        goods.case.concerning,
        goods.case.about_complaint,
        return_no=goods.return_no,
        lines=_lines(goods.received),
        credit=credit,
        voucher_no=voucher_no,
        decided_by=_hands(goods, cause),
    )
    return Change(goods.but(stage="posted", postings=(*goods.postings, posting)), (posted,)).then(
        lambda paper: stop(paper, "return_post", rules=rules, cause=cause)
    )


def file_copy(goods: GoodsReturn, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """Sales has copy 4. Refused when it has it already (`filed_already`)."""
    GOODS_RETURN.must(goods.stage, "file_copy")
    if goods.filed is not None:
        raise Refused("sales has copy 4 already", "filed_already")
    filed = goods.but(filed=Signed(by=cause.actor.id, at=cause.at))
    return stop(filed, "return_file", rules=rules, cause=cause)


def _agreed(goods: GoodsReturn) -> Change[GoodsReturn]:
    lines = _lines(goods.received)
    reconciled = ReturnReconciled.of(goods.case.about_complaint, return_no=goods.return_no, lines=lines)
    return Change(goods.but(stage="reconciled"), (reconciled,))


def _differ(goods: GoodsReturn, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    found = ReturnDiscrepancyFound.of(
        goods.case.about_complaint, return_no=goods.return_no, differences=goods.differences
    )
    differing = Change(goods.but(stage="differing"), (found,))
    return differing.then(lambda paper: pass_on(paper, "return_post", "return_difference", rules, cause))


def _lines(counts: tuple[PartCount, ...]) -> tuple[ApprovedLine, ...]:
    return tuple(ApprovedLine(part=each.part, quantity=each.quantity) for each in counts)


def _hands(goods: GoodsReturn, cause: Cause) -> tuple[StaffId, ...]:
    """Who had a part in the credit: in the case, in the note, and in its posting."""
    signed = (goods.note, goods.authorized)
    return (*goods.case.decided_by, *(each.by for each in signed if each is not None), cause.actor.id)


def _must_be_another(decision: ReturnDecision, goods: GoodsReturn, cause: Cause) -> None:
    who = "a return is approved by another person than the one who drew it up"
    must_be_another(who, *hands_in(goods)[decision], cause=cause)
