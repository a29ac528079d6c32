"""Many orders, written quickly: three years of business, of which all but the last season has ended.

All orders of a day are one document, encoded once; of each only what is its own is put in its place, at equal length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from struct import pack
from typing import Any
from uuid import UUID

from bson import CodecOptions, encode
from bson.binary import UuidRepresentation
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern
from pymongo.collection import Collection

from bench.orders.pattern import patterns
from orders.domain.order import Order
from shared.contracts.vocabulary import order_id_of
from shared.kernel.documents import stored

Row = dict[str, Any]

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2029, 1, 1, tzinfo=UTC)
"""Eight in the morning in Shanghai, after three years."""
DAYS = (NOW - BEGIN).days
OPEN = timedelta(hours=15)
"""Orders are taken until 23 o'clock."""
ORDERS_PER_CUSTOMER = 10
ONE_IN = 10
"""Of so many orders one waited in production until its promise was broken."""
WAITED = timedelta(days=20)
BATCH = 2000
_UUIDS = CodecOptions[Row](uuid_representation=UuidRepresentation.STANDARD)
_NOBODY = UUID(int=0)
_DUE = datetime(1999, 9, 9, tzinfo=UTC)


def number_of(place: int) -> str:
    return f"SO-{place:08d}"


def id_of(place: int) -> UUID:
    return order_id_of(number_of(place))


def customer_of(place: int, size: int) -> UUID:
    """Whose order this is: every customer has ten, from all three years."""
    return UUID(int=place % max(size // ORDERS_PER_CUSTOMER, 1) + 1)


def running(size: int) -> range:
    """The places of the orders that are on their way."""
    lasts = (_life(waited=False)[-1].since - BEGIN).days
    return range(-(-size * (DAYS - lasts + 1) // DAYS), size)


def fill(collection: Collection[Row], size: int, told: Callable[[int], object]) -> None:
    """Write so many orders, without waiting for the journal; `told` hears how many more are there."""
    quick = collection.with_options(write_concern=WriteConcern(w=1, j=False))
    for first in range(0, size, BATCH):
        places = range(first, min(first + BATCH, size))
        quick.insert_many([_document(place, size) for place in places], ordered=False)
        told(len(places))


def _document(place: int, size: int) -> RawBSONDocument:
    day, rest = divmod(place * DAYS, size)
    later = OPEN * rest // size
    mould = _mould(day, place % ONE_IN == 0)
    id = id_of(place)
    own = {
        mould.id.bytes: id.bytes,
        str(mould.id).encode(): str(id).encode(),
        str(_NOBODY).encode(): str(customer_of(place, size)).encode(),
        number_of(0).encode(): number_of(place).encode(),
        b"T00:00:00.000000Z": stored(BEGIN + later)[10:].encode(),
        _millis(_DUE): _millis(mould.due(later)),
    }
    content = mould.content
    for pattern, value in own.items():
        content = content.replace(pattern, value)
    return RawBSONDocument(content)


@dataclass(frozen=True)
class _Mould:
    content: bytes
    id: UUID
    deadlines: tuple[datetime, ...]

    def due(self, later: timedelta) -> datetime:
        """When an order of this mould is due that was placed so much later on its day; mornings and midnights stay."""
        return min((at + later if at.time() == BEGIN.time() else at for at in self.deadlines), default=_DUE)


@cache
def _mould(day: int, waited: bool) -> _Mould:
    """The document of an order placed on that day, as it stands now."""
    order, version = _standing(DAYS - day, waited)
    state = _later(order.model_dump(mode="json"), timedelta(days=day))
    state["customer"] |= {"customer_id": str(_NOBODY)}
    causes = [UUID(int=n + 1) for n in range(version)]
    row = {"_id": order.id, "version": version, "state": state, "causes": causes, "outbox": []}
    if order.deadlines:
        row["due"] = _DUE
    deadlines = tuple(deadline.at + timedelta(days=day) for deadline in order.deadlines)
    return _Mould(encode(row, codec_options=_UUIDS), order.id, deadlines)


def _standing(age: int, waited: bool) -> tuple[Order, int]:
    """The order of the first day as it stands when it is so many days old, and its version by then."""
    life = _life(waited)
    stands = [order for order in life if (order.since - BEGIN).days < age]
    return stands[-1], 2 * len(stands)


@cache
def _life(waited: bool) -> tuple[Order, ...]:
    return tuple(patterns(number_of(0), BEGIN, WAITED if waited else timedelta()))


def _later(value: Any, by: timedelta) -> Any:
    """The same state with every day and moment in it so much later."""
    if isinstance(value, dict):
        return {name: _later(each, by) for name, each in value.items()}
    if isinstance(value, list):
        return [_later(each, by) for each in value]
    if not isinstance(value, str) or value[:2] != "20" or value[4:5] != "-":
        return value
    moment = datetime.fromisoformat(value) + by
    return stored(moment) if "T" in value else moment.date().isoformat()


def _millis(moment: datetime) -> bytes:
    return pack("<q", round(moment.timestamp() * 1000))
