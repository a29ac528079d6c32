"""The review of the cases that were closed in one month, by the GM's office until the 10th (003 §28.1, 002 六1(6))."""

from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.lifecycle import MONTHLY_REVIEW, ReviewStage
from complaints.domain.parts.evaluation import CaseReview
from shared.clocks import Matter, Timed
from shared.contracts.vocabulary import ComplaintNo, Month
from shared.lifecycle import follows

_REVIEWS = uuid5(NAMESPACE_URL, "urn:kefu:complaint-review")


def review_id_of(month: Month) -> UUID:
    """The id of the one review of a month."""
    return uuid5(_REVIEWS, month)


@follows(MONTHLY_REVIEW)
class MonthlyReview(Timed):
    """Every case that was closed in the month, each to be summed up and evaluated once."""

    month: Month
    policy_version: int
    stage: ReviewStage = MONTHLY_REVIEW.start
    cases: tuple[CaseReview, ...]

    @property
    def matter(self) -> Matter:
        """What its duty is about: the month."""
        return Matter(about=self.month)

    @property
    def recovered(self) -> frozenset[ComplaintNo]:
        """The numbers of the cases whose customer was won back."""
        return frozenset(each.case.complaint_no for each in self.cases if each.recovered)
