"""How a discount certificate gets its two seals and its copies their holders (003 §29.1(1))."""

from uuid import UUID

from complaints.domain.allowance import Allowance, hands_in
from complaints.domain.decisions.checks import must_be_seen
from complaints.domain.decisions.clock import pass_on, start, stop
from complaints.domain.lifecycle import ALLOWANCE, AllowanceDecision
from complaints.domain.parts.papers import Drawn, Posting, Signed
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.complaints import AllowanceGranted
from shared.contracts.vocabulary import FileRef, PaperNo, Prose


def draw_up(allowance: Allowance, reason: Prose, rules: Rules, cause: Cause) -> Change[Allowance]:
    """Sales makes out the certificate over what was approved; the sales VP countersigns it next."""
    ALLOWANCE.must(allowance.stage, "draw_up")
    paper = Drawn(paper_id=cause.derive("paper"), by=cause.actor.id, at=cause.at)
    drawn = allowance.but(stage="drawn", reason=reason, drawn=paper)
    return pass_on(drawn, "allowance_draw", "allowance_countersign", rules, cause)


def countersign(allowance: Allowance, seen: UUID, rules: Rules, cause: Cause) -> Change[Allowance]:
    """The sales VP countersigns; to get the customer's stamp is next. Refused to the person who drew it up.

    `seen` is the id of the paper that was read; one that was drawn up anew is not signed by it (`paper_changed`).
    """
    ALLOWANCE.must(allowance.stage, "countersign")
    must_be_seen(allowance.drawn, seen)
    _must_be_another("countersign", allowance, cause)
    signed = allowance.but(stage="countersigned", countersigned=_signed(cause))
    return pass_on(signed, "allowance_countersign", "allowance_stamp", rules, cause)


def send_back(allowance: Allowance, seen: UUID, note: Prose, rules: Rules, cause: Cause) -> Change[Allowance]:
    """The sales VP does not countersign, and says why; sales draws it up anew."""
    ALLOWANCE.must(allowance.stage, "send_back")
    must_be_seen(allowance.drawn, seen)
    _must_be_another("send_back", allowance, cause)
    back = allowance.but(stage="due", drawn=None, sent_back=(*allowance.sent_back, note))
    return pass_on(back, "allowance_countersign", "allowance_draw", rules, cause)


def stamp(allowance: Allowance, file: FileRef, rules: Rules, cause: Cause) -> Change[Allowance]:
    """The customer has stamped it: the allowance is granted, and each copy is a duty of its holder."""
    ALLOWANCE.must(allowance.stage, "stamp")
    assert allowance.countersigned is not None
    assert allowance.drawn is not None
    granted = AllowanceGranted.of(
        allowance.case.about,
        allowance.case.concerning,
        certificate_no=allowance.certificate_no,
        amount=allowance.case.approved,
        signed_by=allowance.countersigned.by,
        customer_stamped=True,
        decided_by=(*allowance.case.decided_by, allowance.drawn.by),
    )
    stamped = allowance.but(stage="granted", stamped=_signed(cause).but(file=file))
    return (
        Change(stamped, (granted,))
        .then(lambda paper: pass_on(paper, "allowance_stamp", "allowance_file", rules, cause))
        .then(lambda paper: start(paper, "allowance_post", rules, cause))
    )


def file_copy(allowance: Allowance, rules: Rules, cause: Cause) -> Change[Allowance]:
    """Marketing has its copy. Refused when it has it already (`filed_already`)."""
    ALLOWANCE.must(allowance.stage, "file_copy")
    if allowance.filed is not None:
        raise Refused("marketing has its copy; what is left is finance's", "filed_already")
    stage = "granted" if allowance.posted is None else "done"
    return stop(allowance.but(stage=stage, filed=_signed(cause)), "allowance_file", rules=rules, cause=cause)


def post(allowance: Allowance, voucher_no: PaperNo, rules: Rules, cause: Cause) -> Change[Allowance]:
    """Finance has booked its copy under a voucher. Refused when it is booked already (`posted_already`)."""
    ALLOWANCE.must(allowance.stage, "post")
    if allowance.posted is not None:
        raise Refused(f"it is booked under {allowance.posted.voucher_no}", "posted_already")
    posting = Posting(voucher_no=voucher_no, credit=allowance.case.approved, by=cause.actor.id, at=cause.at)
    stage = "granted" if allowance.filed is None else "done"
    return stop(allowance.but(stage=stage, posted=posting), "allowance_post", rules=rules, cause=cause)


def _signed(cause: Cause) -> Signed:
    return Signed(by=cause.actor.id, at=cause.at)


def _must_be_another(decision: AllowanceDecision, allowance: Allowance, cause: Cause) -> None:
    who = "a certificate is countersigned by another person than the one who drew it up"
    must_be_another(who, *hands_in(allowance)[decision], cause=cause)
