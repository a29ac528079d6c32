"""What a case cost, what our departments bear of it, and what was decided on that, in words."""

from complaints.domain.complaint import Complaint
from complaints.domain.parts.findings import SubmittedLoss
from shared.pages.words import DEPARTMENTS, money


def loss_in_words(case: Complaint) -> str:
    """The whole loss, and what became of what our departments bear of it."""
    if case.loss is None:
        return "未核算"
    submitted = case.submitted_loss
    if submitted is None:
        return money(case.loss.total)
    return f"{money(case.loss.total)}；{borne_in_words(submitted)}；{decided_in_words(submitted)}"


def borne_in_words(submitted: SubmittedLoss) -> str:
    """Each department with its amount."""
    return "，".join(f"{DEPARTMENTS[each.department]}{money(each.amount)}" for each in submitted.borne)


def decided_in_words(submitted: SubmittedLoss) -> str:
    """Whether it is approved, and the words that the deputy GM added; that it waits, as long as it does."""
    if submitted.decided_at is None:
        return "待批示"
    return f"{'同意' if submitted.approved else '不同意'}：{submitted.note}"
