"""What a provider says of a message after it took it over."""

from typing import Literal
from uuid import UUID, uuid5

from notify.domain.parts.ids import INBOUND
from shared.contracts.event import Instant, Part


class Receipt(Part):
    """What a message keeps of a provider's receipt."""

    provider: str
    status: Literal["delivered", "undelivered"]
    code: str
    reason: str
    at: Instant


class SeenReceipt(Part):
    """A receipt as a provider's callback says it: about our own id, or about the provider's reference."""

    provider: str
    message: UUID | None = None
    reference: str | None = None
    status: Literal["delivered", "undelivered"]
    code: str = ""
    reason: str = ""
    at: Instant

    @property
    def id(self) -> UUID:
        """The same for the same receipt, however often it is pushed."""
        return uuid5(INBOUND, f"receipt/{self.provider}/{self.message}/{self.reference}/{self.status}/{self.code}")

    def receipt(self) -> Receipt:
        """What the message keeps of it."""
        return Receipt(
            provider=self.provider, status=self.status, code=self.code[:200], reason=self.reason[:200], at=self.at
        )
