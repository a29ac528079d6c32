"""What is personal about an erased customer is replaced by a pseudonym wherever a service keeps it."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.calendar import Daily
from shared.contracts.event import Instant
from shared.contracts.intake import CustomerErased
from shared.contracts.vocabulary import Line
from shared.store import Between, Index, OneOf, Store, Touch, Where
from shared.subscriptions import Subscriptions
from shared.timers import Occurrence, Timers

LATE = timedelta(days=90)
"""How long after an erasure facts that still name the customer may arrive: what was parked and is repaired."""
NIGHT = Daily(at=time(2, 30))
LONGEST_NAME = 500
"""Characters of a text that may name a customer inside other texts; a longer one, a picture, is only emptied."""
NO_NUMBER = "00000"
"""What stands where a telephone number must stand."""

_SNAPSHOT = ("name", "contact_name", "title", "mobile", "email")
"""The fields of a customer's snapshot that say who it is."""
_PERSONAL = (*_SNAPSHOT, "address")
_NAMING = frozenset(
    (
        *_PERSONAL,
        *("customer_name", "shop_name", "site_address", "contacts", "mobiles"),
        *("complainant", "signatory", "decision_maker", "customer"),
    )
)
"""Fields of which a text names the customer wherever it stands. What else is personal, a remark, says so only there."""
_NUMBER = re.compile(r"\+?[0-9-]{5,20}")
_OURS = re.compile(r"[a-z_]*|.", re.DOTALL)
"""A word of our own vocabulary, such as a stage, or one character: not replaced inside other texts."""
_DAY = r"\d{4}-\d{2}(?:-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))?)?"
_FIXED = re.compile(rf"[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{64}}|{_DAY}")
"""An id, a hash, a month, a day or a moment: they name no person."""
_WORD = re.compile(r"[!-~]+")
"""What is written without blanks in ASCII counts only where it stands alone."""


class ErasedCustomer(Aggregate):
    """A customer who is to be named nowhere any more; its id is the customer's."""

    pseudonym: Line
    erased_at: Instant


class ErasedCustomers(Store[ErasedCustomer]):
    """The customers who were erased."""

    collection = "erased_customers"
    kind = ErasedCustomer
    indexes = (Index("erased_at"),)

    async def hold(self, customer_id: UUID) -> bool:
        """Whether this customer was erased."""
        return bool(await self.count({"id": customer_id}, limit=1))

    async def must_not_hold(self, customer_id: UUID | None) -> None:
        """Refused with `erased` for a customer who was erased: what is entered would name that customer again."""
        if customer_id is not None and await self.hold(customer_id):
            raise Refused("this customer was erased; a person who comes again gets a new file", "erased")


def _nobody_else(aggregate: Any, known: Collection[str]) -> bool:
    return True


def _nothing_else(before: Any, erased: Any, cause: Cause) -> Change[Any]:
    return Change(erased)


@dataclass(frozen=True, slots=True)
class Personal:
    """A collection that says something personal about customers.

    `customer` is the field with the customer's id; `named`, where there is none, the field with the customer's name.
    `words` are names of fields, at any depth, whose texts and lists are personal as a whole; `part.name` is the field
    of that name in the part of that name alone. `only` narrows the collection to what may be rewritten. `alone` says
    whether an aggregate concerns only this customer, given all that names them; if not, `words` are kept, and only the
    customer's names, numbers and addresses in them are replaced. `also` decides what else becomes of an aggregate: it
    is given the aggregate before and after.
    """

    store: Store[Any]
    customer: str | None = None
    named: str | None = None
    words: tuple[str, ...] = ()
    only: Where | None = None
    alone: Callable[[Any, Collection[str]], bool] = _nobody_else
    also: Callable[[Any, Any, Cause], Change[Any]] = _nothing_else

    def rewritten(self, aggregate: Any, customer: ErasedCustomer, known: Sequence[str]) -> Any:
        """The aggregate with the pseudonym in place of what is personal about the customer."""
        return pseudonymous(aggregate, customer, known, self.words if self.alone(aggregate, known) else ())


def follow(on: Subscriptions, erased: ErasedCustomers, personal: Sequence[Personal]) -> None:
    """Erase what the service keeps as soon as intake says so."""

    @on(CustomerErased)
    async def erase_customer(event: CustomerErased, cause: Cause) -> list[Touch[Any]]:
        """What is personal about the customer is replaced by a pseudonym; amounts and numbers stay (003 二1-7)."""
        return await erasing(event, erased, personal, cause)


def follow_late(at: Timers, erased: ErasedCustomers, personal: Sequence[Personal]) -> None:
    """Every night: what arrived after the erasure and still names the customer."""

    async def lately(moment: datetime) -> Sequence[str]:
        return [str(each.id) async for each in erased.each({"erased_at": Between(moment - LATE)}, sort="erased_at")]

    @at.every(NIGHT, for_each=lately)
    async def erase_what_came_late(occurrence: Occurrence, cause: Cause) -> list[Touch[Any]]:
        """A fact that was parked when its customer was erased names the customer for one day at most."""
        customer = await erased.get(UUID(occurrence.of))
        return await touches(personal, customer, cause)


async def erasing(
    event: CustomerErased,
    erased: ErasedCustomers,
    personal: Sequence[Personal],
    cause: Cause,
    known: Iterable[str] = (),
) -> list[Touch[Any]]:
    """The touches by which a service forgets the customer, and remembers that it did.

    `known` are names and numbers of the customer that stand elsewhere than in the collections given.
    """
    customer = ErasedCustomer(id=event.customer_id, pseudonym=event.pseudonym, erased_at=cause.at)
    return [erased.touch(customer.id, Change, customer), *await touches(personal, customer, cause, known)]


async def touches(
    personal: Sequence[Personal], customer: ErasedCustomer, cause: Cause, known: Iterable[str] = ()
) -> list[Touch[Any]]:
    """A touch for each aggregate that still says something personal about the customer.

    What is known of the customer from any of them (names, numbers, addresses) is replaced inside the texts of all.
    """
    found = [
        (each, aggregate)
        for each in personal
        if each.customer
        async for aggregate in each.store.each({**(each.only or {}), each.customer: customer.id})
    ]
    states = [(each, aggregate.model_dump(mode="json")) for each, aggregate in found]
    names = {name for each, state in states for name in _names(state, str(customer.id), each.words)}
    told = {each for each in names | set(known) if len(each) <= LONGEST_NAME} - {"", NO_NUMBER, customer.pseudonym}
    longest_first = tuple(sorted(told, key=len, reverse=True))
    found += [
        (each, aggregate)
        for each in personal
        if each.named and told
        async for aggregate in each.store.each({**(each.only or {}), each.named: OneOf(*told)})
    ]
    return [
        each.store.touch(aggregate.id, _decision(each, customer, longest_first, cause))
        for each, aggregate in found
        if each.rewritten(aggregate, customer, longest_first) != aggregate
    ]


def _decision(
    personal: Personal, customer: ErasedCustomer, known: Sequence[str], cause: Cause
) -> Callable[[Any], Change[Any]]:
    def erase(aggregate: Any) -> Change[Any]:
        return personal.also(aggregate, personal.rewritten(aggregate, customer, known), cause)

    return erase


def pseudonymous(aggregate: Any, customer: ErasedCustomer, known: Sequence[str], words: Iterable[str] = ()) -> Any:
    """The aggregate with the pseudonym in place of what is personal about the customer.

    Snapshots of the customer have the pseudonym alone, the fields `words` are emptied, and wherever one of the `known`
    texts stands in another text, the longest first, the pseudonym stands instead. Numbers, amounts, days and ids stay.
    """
    rewriting = _Rewriting(str(customer.id), customer.pseudonym, tuple(known), frozenset(words))
    return type(aggregate).model_validate(rewriting.of(aggregate.model_dump(mode="json")))


@dataclass(frozen=True, slots=True)
class _Rewriting:
    customer_id: str
    pseudonym: str
    known: tuple[str, ...]
    words: frozenset[str]

    def of(self, value: Any, part: str = "") -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.of(each, part) for each in value]
        if not isinstance(value, Mapping):
            return value
        inside = {
            name: self._emptied(each) if _whole(name, part, each, self.words) else self.of(each, name)
            for name, each in value.items()
        }
        if "name" in value and value.get("customer_id") == self.customer_id:
            named = [name for name in _SNAPSHOT if isinstance(value.get(name), str)]
            inside |= {name: self.pseudonym if name == "name" else None for name in named}
        return inside

    def _emptied(self, value: Any) -> Any:
        if isinstance(value, str) and value:
            return self._instead_of(value)
        return [] if isinstance(value, list) else value

    def _instead_of(self, text: str) -> str:
        return NO_NUMBER if _NUMBER.fullmatch(text) else self.pseudonym

    def _text(self, text: str) -> str:
        if _FIXED.fullmatch(text):
            return text
        if text in self.known:
            return self._instead_of(text)
        if self.pseudonym in text:
            return text
        for name in self.known:
            if name in text and not _OURS.fullmatch(name):
                text = _replaced(name, text, self.pseudonym)
        return text


def _replaced(name: str, text: str, pseudonym: str) -> str:
    """A number or a word in ASCII counts only where it stands alone: not inside a moment, a hash or another word."""
    if _WORD.fullmatch(name):
        return re.sub(rf"(?<![0-9A-Za-z]){re.escape(name)}(?![0-9A-Za-z])", pseudonym, text)
    return text.replace(name, pseudonym)


def _whole(name: str, part: str, value: Any, words: Collection[str]) -> bool:
    """Whether this field of this part is personal as a whole."""
    return (name in words or f"{part}.{name}" in words) and not isinstance(value, Mapping)


def _names(value: Any, customer_id: str, words: Collection[str], part: str = "") -> Iterator[str]:
    """What a state says that names the customer: in snapshots of the customer, and in the fields `words`."""
    if isinstance(value, list):
        for each in value:
            yield from _names(each, customer_id, words, part)
    elif isinstance(value, Mapping):
        if "name" in value and value.get("customer_id") == customer_id:
            yield from (value[name] for name in _SNAPSHOT if isinstance(value.get(name), str))
        for name, each in value.items():
            if not _whole(name, part, each, words):
                yield from _names(each, customer_id, words, name)
            elif name in _NAMING:
                yield from _said(each)


def _said(value: Any) -> Iterator[str]:
    """The texts of a field that is personal as a whole; of the parts in it what names a person."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, Mapping):
        yield from (value[name] for name in _PERSONAL if isinstance(value.get(name), str))
