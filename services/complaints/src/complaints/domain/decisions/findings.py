"""What follows from an investigation: root cause, loss, suppliers and liability (002 五1, 六1(3), 003 §25.4, §25.7)."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.findings import (
    Liability,
    Loss,
    LossLine,
    LostItem,
    RootCause,
    Share,
    SubmittedLoss,
    Supplier,
)
from complaints.domain.policy.policy import Rules
from complaints.domain.policy.standards import KnownCause, LossStandard
from shared.aggregate import Cause, Change, Refused, must_be_another, together
from shared.contracts.complaints import (
    BorneLoss,
    LiabilityAssigned,
    LossAssessed,
    LossDecided,
    LossDecisionWithdrawn,
    LossItemCounted,
    RootCauseIdentified,
    SupplierInvolved,
)
from shared.contracts.currencies import rounded
from shared.contracts.event import Money
from shared.contracts.vocabulary import ComplaintNo, DepartmentName, Line, Prose


def identify_root_cause(
    complaint: Complaint,
    known: KnownCause,
    arose_in: Line | None,
    recurrence_of: tuple[ComplaintNo, ...],
    cause: Cause,
) -> Change[Complaint]:
    """Name the cause from the list, and the earlier cases that had the same one (002 五1). A later one replaces it."""
    COMPLAINT.must(complaint.stage, "identify_root_cause")
    root = RootCause(
        code=known.code,
        title=known.title,
        stage=arose_in,
        recurrence_of=recurrence_of,
        by=cause.actor.id,
        at=cause.at,
    )
    identified = RootCauseIdentified.of(
        complaint.about,
        cause_code=known.code,
        stage=arose_in,
        recurrence_of=recurrence_of,
        order_id=complaint.concerning.order_id,
    )
    return Change(complaint.but(root_cause=root), (identified,))


def assess_loss(complaint: Complaint, lost: tuple[LostItem, ...], rules: Rules, cause: Cause) -> Change[Complaint]:
    """Count what the case cost, item by item, by the standard of the case's policy (003 §25.4b).

    What our departments bear of it waits for the deputy GM's decision from here on, which is a duty.

    Refused for an item that the standard does not have (`no_such_loss_item`), for an amount where the standard has a
    rate (`loss_has_a_rate`), and for an amount without evidence where it has none (`loss_not_proved`).
    """
    COMPLAINT.must(complaint.stage, "assess_loss")
    standard = rules.of(complaint).losses
    lines = tuple(_counted(item, standard, f"items.{number}") for number, item in enumerate(lost))
    total = together(line.amount.amount for line in lines)
    loss = Loss(lines=lines, total=total, standard_version=standard.version, by=cause.actor.id, at=cause.at)
    assessed = LossAssessed.of(
        complaint.about,
        total=total,
        standard_version=standard.version,
        items=tuple(_told(line) for line in lines),
    )
    return Change(complaint.but(loss=loss), (assessed,)).then(lambda case: _submit(case, rules, cause))


def decide_loss(
    complaint: Complaint, seen: UUID, approved: bool, note: Prose, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The deputy GM decides on what our departments bear of the loss; finance books what is approved (003 §25.4b).

    `seen` is the id of the submitted loss that was read; another one is not decided by it (`loss_changed`). Refused
    while none is submitted (`loss_missing`), when it is decided (`loss_decided`), and to those who counted and who
    divided it (`four_eyes`).
    """
    COMPLAINT.must(complaint.stage, "decide_loss")
    submitted = complaint.submitted_loss
    if submitted is None:
        raise Refused("assess the loss of which our departments bear a share first", "loss_missing")
    if submitted.loss_id != seen:
        raise Refused(f"another loss is submitted: {submitted.loss_id}; read it and name that one", "loss_changed")
    if submitted.decided_at is not None:
        raise Refused("it is decided; assess the loss anew, and that one is decided", "loss_decided")
    must_be_another(
        "a loss is decided by another person than who counted and divided it",
        *complaint.hands["decide_loss"],
        cause=cause,
    )
    decided = submitted.but(approved=approved, note=note, decided_by=cause.actor.id, decided_at=cause.at)
    told = LossDecided.of(
        complaint.about, loss_id=submitted.loss_id, borne=submitted.borne, approved=approved, by=cause.actor.id
    )
    change = Change(complaint.but(submitted_loss=decided, decided_losses=(*complaint.decided_losses, decided)), (told,))
    return change.then(lambda case: stop(case, "loss", rules=rules, cause=cause))


def _submit(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """What our departments bear of the loss is to be decided, anew whenever the loss or its bearers change.

    The decision on the loss before it, if there was one, is taken back at once.
    """
    clock = rules.of(complaint).loss.name
    if complaint.loss is None:
        return Change(complaint)
    withdrawn = _withdrawn(complaint, cause)
    if not (borne := _borne(complaint, complaint.loss)):
        return Change(complaint.but(submitted_loss=None), withdrawn).then(rules.clocks.drop(clock, cause=cause))
    hands = (complaint.loss.by, complaint.liability.by if complaint.liability else None)
    submitted = SubmittedLoss(
        loss_id=cause.derive("loss"), borne=borne, prepared_by=tuple(dict.fromkeys(filter(None, hands))), at=cause.at
    )
    change = Change(complaint.but(submitted_loss=submitted), withdrawn)
    return change if complaint.clock(clock) else change.then(lambda case: start(case, "loss", rules, cause))


def _withdrawn(complaint: Complaint, cause: Cause) -> tuple[LossDecisionWithdrawn, ...]:
    before = complaint.submitted_loss
    if before is None or before.decided_at is None:
        return ()
    return (LossDecisionWithdrawn.of(complaint.about, loss_id=before.loss_id, by=cause.actor.id),)


def _borne(complaint: Complaint, loss: Loss) -> tuple[BorneLoss, ...]:
    """By the shares of the liability; until that is assigned by the department that the judgement names."""
    if complaint.liability is None:
        assert complaint.judgement is not None
        assert complaint.judgement.responsible_department is not None
        return (BorneLoss(department=complaint.judgement.responsible_department, amount=loss.total),)
    shares = complaint.liability.shares
    return tuple(
        BorneLoss(department=share.department, amount=part)
        for share, part in zip(shares, _divided(loss, shares), strict=True)
        if share.department is not None and part is not None and part.amount > 0
    )


def _told(line: LossLine) -> LossItemCounted:
    return LossItemCounted(code=line.code, title=line.title, quantity=line.quantity, amount=line.amount)


def _counted(lost: LostItem, standard: LossStandard, row: str) -> LossLine:
    item = standard.item(lost.code)
    if item is None:
        offers = ", ".join(each.code for each in standard.items)
        told = f"{lost.code} is not in the standard v{standard.version}; it has {offers}"
        raise Refused(told, "no_such_loss_item", f"{row}.code")
    if item.rate is not None:
        if lost.amount is not None:
            told = f"{item.code} counts {item.rate} a {item.unit}; give the quantity alone"
            raise Refused(told, "loss_has_a_rate", f"{row}.amount")
        amount = together((item.rate * lost.quantity,))
    else:
        if lost.amount is None or lost.amount.amount <= 0 or lost.evidence is None:
            raise Refused(f"{item.code} has no rate: give the amount and what proves it", "loss_not_proved", row)
        if lost.amount.currency != "CNY":
            told = f"a loss is counted in CNY, not {lost.amount.currency}"
            raise Refused(told, "other_currency", f"{row}.amount")
        amount = lost.amount
    return LossLine(code=item.code, title=item.title, quantity=lost.quantity, amount=amount, evidence=lost.evidence)


def involve_supplier(
    complaint: Complaint,
    supplier: Line,
    claim: Money | None,
    with_department: DepartmentName,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """Another company is liable: CS handles the case with it and the department concerned (003 §25.7).

    To settle the suppliers' shares is one duty, until the liability is assigned. Refused when it is involved already,
    and for a claim of nothing or less.
    """
    COMPLAINT.must(complaint.stage, "involve_supplier")
    if any(each.name == supplier for each in complaint.suppliers):
        raise Refused(
            f"{supplier} is involved already; assign the liability to settle its share", "supplier_involved", "supplier"
        )
    if claim is not None and claim.amount <= 0:
        raise Refused("a claim is more than 0; leave it out while the amount is open", "claim_not_positive", "claim")
    involved = Supplier(name=supplier, claim=claim, with_department=with_department, by=cause.actor.id, at=cause.at)
    told = SupplierInvolved.of(complaint.about, supplier=supplier, claim=claim, with_department=with_department)
    change = Change(complaint.but(suppliers=(*complaint.suppliers, involved)), (told,))
    if complaint.clock(rules.of(complaint).supplier.name):
        return change
    return change.then(lambda case: start(case, "supplier", rules, cause))


def assign_liability(
    complaint: Complaint,
    shares: tuple[Share, ...],
    handling: Prose,
    human_negligence: bool,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """Say which unit bears which share, and how it is handled; improvement is tracked but for negligence (003 §25.4a).

    The assessed loss is divided by the shares to the cent, so that the parts are the loss together and none is below
    zero, and the deputy GM decides on what our departments bear of it. Refused unless the shares are 100 percent
    together (`shares_not_100`), a share of ours names its department and one of a supplier an involved supplier, and
    for a unit that is named twice (`unit_twice`).
    """
    COMPLAINT.must(complaint.stage, "assign_liability")
    _must_name_whole_units(complaint, shares)
    _must_name_each_unit_once(shares)
    liability = Liability(
        shares=shares, handling=handling, human_negligence=human_negligence, by=cause.actor.id, at=cause.at
    )
    told = tuple(
        LiabilityAssigned.of(
            complaint.about,
            unit=share.unit,
            department=share.department,
            supplier=share.supplier,
            share_percent=share.percent,
            loss=loss,
            tracked=liability.tracked and share.unit == "own_department",
        )
        for share, loss in zip(shares, _divided(complaint.loss, shares), strict=True)
    )
    assigned = Change(complaint.but(liability=liability), told)
    settled = assigned.then(lambda case: stop(case, "supplier", rules=rules, cause=cause))
    return settled.then(lambda case: _submit(case, rules, cause))


def _must_name_whole_units(complaint: Complaint, shares: tuple[Share, ...]) -> None:
    total = sum(share.percent for share in shares)
    if total != 100:
        raise Refused(f"the shares are 100 percent together, not {total}", "shares_not_100", "shares")
    involved = {supplier.name for supplier in complaint.suppliers}
    for number, share in enumerate(shares):
        row = f"shares.{number}"
        if (share.unit == "own_department") != (share.department is not None):
            told = "a share names its department if and only if it is our own"
            raise Refused(told, "responsible_department", f"{row}.department")
        if (share.unit == "supplier") != (share.supplier is not None):
            told = "a share names its supplier if and only if it is a supplier's"
            raise Refused(told, "responsible_supplier", f"{row}.supplier")
        if share.supplier is not None and share.supplier not in involved:
            told = f"involve {share.supplier} in the case first (003 §25.7)"
            raise Refused(told, "supplier_not_involved", f"{row}.supplier")


def _must_name_each_unit_once(shares: tuple[Share, ...]) -> None:
    units = [(share.unit, share.department, share.supplier) for share in shares]
    for number, unit in enumerate(units):
        if unit in units[:number]:
            raise Refused("name each unit once, with its whole share", "unit_twice", f"shares.{number}")


def _divided(loss: Loss | None, shares: tuple[Share, ...]) -> tuple[Money | None, ...]:
    if loss is None:
        return tuple(None for _ in shares)
    total = loss.total
    percents = accumulate(share.percent for share in shares)
    ends = [rounded(total.amount * percent / 100, total.currency, ROUND_HALF_UP) for percent in percents]
    return tuple(total.but(amount=end - begin) for begin, end in pairwise((Decimal(0), *ends)))
