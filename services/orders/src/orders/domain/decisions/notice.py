"""How the order notice gets its three signatures."""

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.parts.notice import Signature, Signed
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change, Refused, must_be_another, must_have_role

_M = Milestone


def prepare_notice(order: Order, revision: int, rules: Rules, cause: Cause) -> Change[Order]:
    """CS prepares the order notice: the first of its three signatures (000 §3.3.2).

    Each of the three names the revision of the contract that it has read, and a change that is written down afterwards
    asks for all three anew. Refused: `illegal_transition`, `not_authorised`, `contract_changed` where another revision
    stands by now, `wrong_signature` when it is prepared already.
    """
    order.lifecycle.must(order.stage, "prepare_notice")
    must_have_role("preparing an order notice", order.route.drafters, cause)
    order.contract.must_be_seen(revision)
    return follow_duties(_with_signature(order, "prepared", cause), rules, cause)


def review_notice(order: Order, revision: int, rules: Rules, cause: Cause) -> Change[Order]:
    """A supervisor reviews every order before it is made (004 三2(1)): the second signature.

    Refused: `illegal_transition`, `not_authorised`, `contract_changed`, `notice_not_prepared`, `wrong_signature` when
    it is reviewed already, `four_eyes` for the one who prepared it.
    """
    order.lifecycle.must(order.stage, "review_notice")
    must_have_role("reviewing an order notice", order.route.reviewers, cause)
    order.contract.must_be_seen(revision)
    return follow_duties(_with_signature(order, "reviewed", cause), rules, cause)


def approve_notice(order: Order, revision: int, rules: Rules, cause: Cause) -> Change[Order]:
    """To approve the notice is to order: the third signature, for a custom order of a head of CS (000 §3.5.1).

    Refused: `illegal_transition`, `not_authorised`, `contract_changed`, `notice_not_prepared`, `notice_not_reviewed`,
    `wrong_signature` when it is approved already, `four_eyes` for one who prepared or reviewed it.
    """
    order.lifecycle.must(order.stage, "approve_notice")
    order.decided_by(_M.NOTICE_SIGNED, cause)
    order.contract.must_be_seen(revision)
    signed = _with_signature(order, "approved", cause)
    return reach(signed, _M.NOTICE_SIGNED, since=cause.at, rules=rules, cause=cause)


def _with_signature(order: Order, signature: Signature, cause: Cause) -> Order:
    """With one more signature.

    Refused: `notice_not_prepared` and `notice_not_reviewed` before its turn, `wrong_signature` the second time,
    `four_eyes` for a person's second one.
    """
    notice = order.notice
    if getattr(notice, signature) is not None:
        raise Refused(f"the notice is {signature} already; missing is {notice.next or 'nothing'}", "wrong_signature")
    if signature != notice.next:
        code = "notice_not_prepared" if notice.next == "prepared" else "notice_not_reviewed"
        raise Refused(f"the notice is first to be {notice.next}", code)
    before = (each.by for each in (notice.prepared, notice.reviewed, notice.approved) if each)
    must_be_another("a notice is prepared, reviewed and approved by three people", *before, cause=cause)
    return order.but(notice=notice.but(**{signature: Signed(by=cause.actor.id, at=cause.at)}))
