"""What the services behind say of a fact is kept with it."""

from intake.domain.fact import Fact
from intake.domain.parts.service_answer import ListeningService, ServiceAnswer
from shared.aggregate import Cause, Change
from shared.contracts.answer import FactAnswered


def keep_answer(
    fact: Fact, service: ListeningService, told: FactAnswered, sequence: int | None, cause: Cause
) -> Change[Fact]:
    """The latest answer of each service counts, in whichever order they are heard.

    `sequence` orders the answers of one service; without one this is the latest.
    """
    known = fact.answer_of(service)
    last = known.sequence if known else 0
    if sequence is not None and sequence <= last:
        return Change(fact)
    answer = ServiceAnswer(
        service=service,
        outcome=told.outcome,
        sequence=last + 1 if sequence is None else sequence,
        code=told.code,
        reason=told.reason,
        at=cause.at,
    )
    others = tuple(each for each in fact.answers if each.service != service)
    return Change(fact.but(answers=(*others, answer)))
