"""What counts as care for a customer before the first order."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from intake.domain.decisions.campaign import note_call
from intake.domain.decisions.care import count, end_care
from intake.domain.parts.care_month import CareKind
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause, NotFound
from shared.contracts.intake import CallbackCompleted, CustomersMerged
from shared.contracts.notify import NotificationSent
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Calls, mails and texts of care are counted; a talk that is written down is where its answers are used."""

    @on(NotificationSent)
    async def count_message(event: NotificationSent, cause: Cause) -> list[Touch[Any]]:
        """A mail or a text of care counts for the month (001 售前五a)."""
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        if event.customer_id is None or event.purpose not in rules.on(cause.at).care.purposes:
            return kept
        return [*kept, *await cared(stores, event.customer_id, _kind(event), rules, cause)]

    @on(CallbackCompleted)
    async def count_call(event: CallbackCompleted, cause: Cause) -> list[Touch[Any]]:
        """A callback is a call of care, and tells its campaign that the customer was called (002 二3)."""
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        if event.campaign_id is not None:
            files = (event.customer_id, *await stores.customers.files_of(event.customer_id))
            kept.append(stores.campaigns.touch(event.campaign_id, lambda campaign: note_call(campaign, files, cause)))
        return [*kept, *await cared(stores, event.customer_id, "calls", rules, cause)]

    @on(CustomersMerged)
    async def end_care_of_the_other_file(event: CustomersMerged, cause: Cause) -> list[Touch[Any]]:
        """One person is owed one month of care: what is done counts for the file that is kept.

        None is owed to a person who has ordered under either file.
        """
        ordered = await stores.customers.has_ordered(event.customer_id)
        files = (event.duplicate_id, event.customer_id) if ordered else (event.duplicate_id,)
        return [*moments(stores, event, cause), *await without_care(stores, files, rules, cause)]


async def cared(stores: Stores, customer_id: UUID, kind: CareKind, rules: Rules, cause: Cause) -> list[Touch[Any]]:
    """What was done counts for the customer's month; nothing for one for whom no care is owed."""
    try:
        leading = (await stores.customers.leading(customer_id)).id
    except NotFound:
        return []
    care = await stores.care.of(leading)
    return [stores.care.touch(care.id, lambda current: count(current, kind, rules, cause))] if care else []


async def without_care(stores: Stores, files: Iterable[UUID], rules: Rules, cause: Cause) -> list[Touch[Any]]:
    """No care is owed under any of these files any more."""
    found = [care for file in files if (care := await stores.care.of(file))]
    return [stores.care.touch(care.id, lambda current: end_care(current, rules, cause)) for care in found]


def _kind(event: NotificationSent) -> CareKind:
    return "mails" if event.channel == "email" else "texts"
