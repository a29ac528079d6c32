"""How a department's fact is admitted to the bus: it is announced once."""

from intake.domain.fact import Fact
from intake.domain.lifecycle import FACT
from shared.aggregate import Cause, Change, Refused
from shared.contracts.event import Event


def admit(fact: Fact, told: Fact, event: Event, cause: Cause) -> Change[Fact]:
    """The fact goes onto the bus, the first time only. `told` is what is being told now.

    Refused with `fact_differs` when the department used this id before for another fact.
    """
    if told.digest != fact.digest:
        raise Refused(
            f"{fact.department} used the id {fact.event_id} before for another fact; a new fact needs a new id",
            "fact_differs",
        )
    if not FACT.allows(fact.stage, "admit"):
        return Change(fact)
    return Change(fact.but(stage="admitted"), (event,))
