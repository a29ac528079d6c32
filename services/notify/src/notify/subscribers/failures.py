"""A message that failed for good makes it customer service's duty to tell the customer."""

from typing import Any
from uuid import UUID

from notify.composer import Composer
from notify.domain.decisions.unreached import owe
from notify.store import Stores
from shared.aggregate import Cause, NotFound
from shared.contracts.notify import NotificationFailed
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, composer: Composer) -> None:
    """Let customer service tell what no message could."""
    failures = Failures(stores, composer)

    @on(NotificationFailed)
    async def owe_what_was_not_told(event: NotificationFailed, cause: Cause) -> list[Touch[Any]]:
        """A message that failed for good makes it customer service's duty to tell the customer."""
        return await failures.owed(event, cause)


class Failures:
    """What follows from failures. The same failure makes the same duty."""

    def __init__(self, stores: Stores, composer: Composer) -> None:
        self._stores = stores
        self._composer = composer

    async def owed(self, event: NotificationFailed, cause: Cause) -> list[Touch[Any]]:
        """The duty that this failure makes; none while another way is left, and none for a message to staff.

        A customer who was erased is told nothing.
        """
        if not event.final or event.customer_id is None:
            return []
        try:
            failed = await self._stores.notifications.get(event.notification_id)
        except NotFound:
            return []
        if await self._erased(failed.recipient):
            return []
        if self._composer.policy_on(cause.at).purpose(failed.purpose).kind == "care":
            return []
        untold = self._composer.readable(failed)
        return [self._stores.unreached.birth(owe(failed, untold, self._composer.rules, cause))]

    async def _erased(self, recipient: UUID) -> bool:
        try:
            return (await self._stores.recipients.get(recipient)).erased
        except NotFound:
            return False
