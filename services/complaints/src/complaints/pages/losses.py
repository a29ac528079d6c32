"""What a case cost, what our departments bear of it, and what was decided on that, in words."""

from complaints.domain.complaint import Complaint
from complaints.domain.parts.findings import SubmittedLoss
from shared.language import _
from shared.pages.words import DEPARTMENTS, money


def loss_in_words(case: Complaint) -> str:
    """The whole loss, what became of what our departments bear of it, and what was decided on it before."""
    if case.loss is None:
        return _("未核算")
    submitted = case.submitted_loss
    present = (borne_in_words(submitted), decided_in_words(submitted)) if submitted else ()
    replaced = (each for each in case.decided_losses if each != submitted)
    return _("；").join((money(case.loss.total), *present, *map(_replaced_in_words, replaced)))


def _replaced_in_words(decided: SubmittedLoss) -> str:
    return _("原批示（{who}，已失效）：{borne}，{decided}").format(
        who=decided.decided_by, borne=borne_in_words(decided), decided=decided_in_words(decided)
    )


def borne_in_words(submitted: SubmittedLoss) -> str:
    """Each department with its amount."""
    return _("，").join(
        _("{department}{amount}").format(department=_(DEPARTMENTS[each.department]), amount=money(each.amount))
        for each in submitted.borne
    )


def decided_in_words(submitted: SubmittedLoss) -> str:
    """Whether it is approved, and the words that the deputy GM added; that it waits, as long as it does."""
    if submitted.decided_at is None:
        return _("待批示")
    decided = _("同意：{note}") if submitted.approved else _("不同意：{note}")
    return decided.format(note=submitted.note)
