"""A picture that was handed in, as its service keeps it."""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Self
from uuid import UUID, uuid5

from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Actor, Instant
from shared.erasure import Personal
from shared.pictures.reading import PictureType, ReadPicture
from shared.store import Store

_PICTURES = UUID("5d0c7d8e-4a0f-4f0c-9f8a-9e1d3c2b7a60")


class Picture(Aggregate):
    """What was handed in, scaled; in base64, so that it is sealed with the rest of the state.

    It is empty once the customer whom it is about has been erased.
    """

    type: PictureType
    width: int
    height: int
    content: str
    small: str
    customer_id: UUID | None = None
    handed_in_by: Actor
    handed_in_at: Instant

    @classmethod
    def of(cls, read: ReadPicture, sent: bytes, customer_id: UUID | None, cause: Cause) -> Self:
        """Its id follows from what was sent and about whom: the same picture again is the same one."""
        return cls(
            id=uuid5(_PICTURES, f"{customer_id or ''}/{sha256(sent).hexdigest()}"),
            type=read.type,
            width=read.width,
            height=read.height,
            content=b64encode(read.content).decode(),
            small=b64encode(read.small).decode(),
            customer_id=customer_id,
            handed_in_by=cause.actor,
            handed_in_at=cause.at,
        )

    @property
    def erased(self) -> bool:
        """Whether nothing of it is kept any more."""
        return not self.content

    def whole(self) -> bytes:
        """The picture as a file."""
        return b64decode(self.content)

    def reduced(self) -> bytes:
        """The small one as a file."""
        return b64decode(self.small)


class Pictures(Store[Picture]):
    """The pictures of one service."""

    collection = "pictures"
    kind = Picture
    remembered = False

    @property
    def personal(self) -> Personal:
        """How they are erased with the customer whom they are about."""
        return Personal(self, "customer_id", words=("content", "small"), also=_emptied)


def _emptied(before: Picture, erased: Picture, cause: Cause) -> Change[Picture]:
    return Change(erased.but(content="", small=""))
