"""How satisfied customers are: of the opinions given, how many have which grade in each respect (003 §17)."""

from collections.abc import Iterable, Mapping

from intake.domain.survey import DIMENSIONS, GRADES, Dimension, grade
from shared.contracts.event import Part
from shared.contracts.intake import Opinion
from shared.contracts.intake.contacts import Grade
from shared.contracts.vocabulary import Count


class AnsweredSurvey(Part):
    """What is read of a survey that was answered."""

    opinion: Opinion


class Satisfaction(Part):
    """The opinions in one respect, by grade."""

    dimension: Dimension
    grades: Mapping[Grade, Count]

    @property
    def opinions(self) -> int:
        """How many gave a grade."""
        return sum(self.grades.values())

    @property
    def satisfied(self) -> int:
        """How many were satisfied or very satisfied."""
        return self.grades["very_satisfied"] + self.grades["satisfied"]


def satisfaction(opinions: Iterable[Opinion]) -> tuple[Satisfaction, ...]:
    """One row for each respect."""
    given = tuple(opinions)
    return tuple(
        Satisfaction(
            dimension=dimension,
            grades={name: sum(grade(each, dimension) == name for each in given) for name in GRADES},
        )
        for dimension in DIMENSIONS
    )
