"""What a case cost, what our departments bear of it, and what was decided on that, in words."""

from complaints.domain.complaint import Complaint
from complaints.domain.parts.findings import SubmittedLoss
from shared.pages.words import DEPARTMENTS, money


def loss_in_words(case: Complaint) -> str:
    """The whole loss, what became of what our departments bear of it, and what was decided on it before."""
    if case.loss is None:
        return "未核算"
    submitted = case.submitted_loss
    present = (borne_in_words(submitted), decided_in_words(submitted)) if submitted else ()
    replaced = (each for each in case.decided_losses if each != submitted)
    return "；".join((money(case.loss.total), *present, *map(_replaced_in_words, replaced)))


def _replaced_in_words(decided: SubmittedLoss) -> str:
    return f"原批示（{decided.decided_by}，已失效）：{borne_in_words(decided)}，{decided_in_words(decided)}"


def borne_in_words(submitted: SubmittedLoss) -> str:
    """Each department with its amount."""
    return "，".join(f"{DEPARTMENTS[each.department]}{money(each.amount)}" for each in submitted.borne)


def decided_in_words(submitted: SubmittedLoss) -> str:
    """Whether it is approved, and the words that the deputy GM added; that it waits, as long as it does."""
    if submitted.decided_at is None:
        return "待批示"
    return f"{'同意' if submitted.approved else '不同意'}：{submitted.note}"
