"""How the cases that were closed in a month are reviewed (003 §28.1, 002 六1(6))."""

from complaints.domain.decisions.clock import start, stop
from complaints.domain.lifecycle import MONTHLY_REVIEW
from complaints.domain.monthly_review import MonthlyReview, review_id_of
from complaints.domain.parts.evaluation import CaseReview
from complaints.domain.parts.papers import Signed
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import ComplaintReviewed
from shared.contracts.vocabulary import ComplaintNo, Month, Prose


def begin_review(month: Month, cases: tuple[CaseReview, ...], rules: Rules, cause: Cause) -> Change[MonthlyReview]:
    """Put the month's closed cases before the GM's office, whose duty it is until the 10th."""
    policy = rules.on(cause.at)
    review = MonthlyReview(id=review_id_of(month), month=month, policy_version=policy.version, cases=cases)
    return start(review, "review", rules, cause)


def review_case(
    review: MonthlyReview,
    number: ComplaintNo,
    evaluation: Prose,
    recovered: bool,
    lessons: tuple[Prose, ...],
    rules: Rules,
    cause: Cause,
) -> Change[MonthlyReview]:
    """Sum one case up: what it taught, and whether the customer was won back. With the last one the review is done.

    Refused for a case that was not closed in the month (`not_in_review`), and for a reviewed one (`reviewed_already`).
    """
    MONTHLY_REVIEW.must(review.stage, "review_case")
    found = next((each for each in review.cases if each.case.complaint_no == number), None)
    if found is None:
        raise Refused(
            f"{number} was not closed in {review.month}; review it with the month of its closing", "not_in_review"
        )
    if found.reviewed is not None:
        raise Refused(
            f"{number} is reviewed; what is left is listed by GET /reviews/{review.month}", "reviewed_already"
        )
    summed = found.but(
        evaluation=evaluation,
        recovered=recovered,
        lessons=lessons,
        reviewed=Signed(by=cause.actor.id, at=cause.at),
    )
    told = ComplaintReviewed.of(found.case, evaluation=evaluation, recovered=recovered, lessons=lessons)
    cases = tuple(summed if each is found else each for each in review.cases)
    change = Change(review.but(cases=cases), (told,))
    if any(each.reviewed is None for each in cases):
        return change
    return change.then(lambda each: stop(each.but(stage="done"), "review", rules=rules, cause=cause))
