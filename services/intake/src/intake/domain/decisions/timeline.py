"""How a customer's timeline grows."""

from uuid import UUID

from intake.domain.moment import Moment
from shared.aggregate import Cause, Change
from shared.contracts.event import Event


def remember(event: Event, customer_id: UUID, cause: Cause) -> Change[Moment]:
    """The fact as the timeline keeps it. The same fact has the same moment, however often it is heard."""
    return Change(
        Moment(
            id=cause.derive("moment"),
            customer_id=customer_id,
            at=cause.at,
            key=event.key,
            subject=cause.subject or cause.id,
            sequence=cause.sequence,
            actor=cause.actor,
            said=event.model_dump(mode="json", exclude={"customer", "customer_id"}, exclude_defaults=True),
        )
    )
