"""What an event is, and where every published key is known."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic._internal._model_construction import ModelMetaclass

from shared.contracts.currencies import payable
from shared.contracts.identities import comes_in

AMOUNT = r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"
"""How an amount is written as a text."""

_KEY = re.compile(r"[a-z]+\.[a-z0-9_]+\.v[1-9][0-9]*")
_AMOUNT = re.compile(rf"{AMOUNT}|^-?[0-9](\.[0-9]{{1,9}})?E\+[0-9]{{1,2}}$")
"""As documented, or as Decimal writes a round amount: 1.2E+3."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_CENT = Decimal("0.01")
_declared: dict[str, type["Event"]] = {}


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def reckonable(year: int) -> None:
    """Raises ValueError for a year from which not every zone and every term of ours can be reckoned."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"must be in a year from {_FIRST_YEAR} to {_LAST_YEAR}")


def _countable(value: datetime) -> datetime:
    reckonable(value.year)
    return value


Instant = Annotated[
    AwareDatetime, AfterValidator(_countable), PlainSerializer(_instant, return_type=str, when_used="json")
]
"""A point in time. Always aware; on the wire and at rest UTC with microseconds, so texts sort as times do.

Its year is one from which every zone and every term of ours can be reckoned.
"""


HAPPENED = "happened"
"""The mark of a field that says when something happened, so that it never lies ahead of the fact."""
Happened = Annotated[Instant, HAPPENED]


class _Made(ModelMetaclass):
    """The class of frozen classes: what code makes names only fields that there are.

    What is read, from the database or the wire, does not pass here: a field of another release is ignored there.
    """

    __pydantic_fields__: Mapping[str, Any]

    def __call__(self, *args: Any, **fields: Any) -> Any:
        if not fields.keys() <= self.__pydantic_fields__.keys():
            raise _unknown(self, fields)
        return super().__call__(*args, **fields)


def _unknown(kind: Any, fields: Mapping[str, Any]) -> TypeError:
    return TypeError(f"{kind.__name__} has no field {', '.join(sorted(fields.keys() - kind.model_fields.keys()))}")


class Frozen(BaseModel, metaclass=_Made):
    """Never changed: what differs is another one, made by `but`. Fields that came later are ignored when it is read.

    Its constructor raises TypeError for a field that the class does not have.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    def but(self, **fields: Any) -> Self:
        """The same with some fields changed. Each value is checked as if it were read, for about a microsecond.

        TypeError for a field that the class does not have, and for a value that the field cannot have.
        """
        kind = type(self)
        checked: dict[str, Any] = {}
        for name, value in fields.items():
            if name not in kind.__pydantic_fields__:
                raise _unknown(kind, fields)
            try:
                checked[name] = _field(kind, name).validate_python(value, strict=True)
            except ValidationError as error:
                wrong = ", ".join(dict.fromkeys(each["type"] for each in error.errors()))
                raise TypeError(f"{kind.__name__}.{name} cannot be this {type(value).__name__}: {wrong}") from None
        return self.model_copy(update=checked)

    def amended(self, fields: Mapping[str, Any]) -> Self:
        """The same with fields given by name, checked together as if the whole were read.

        TypeError for a name that the class does not have, ValidationError for a value that it cannot have.
        """
        if not fields.keys() <= type(self).__pydantic_fields__.keys():
            raise _unknown(type(self), fields)
        return self.model_validate({**dict(self), **fields})


@cache
def _field(kind: type[Frozen], name: str) -> Any:
    """What may stand in a field. A constraint of the class as a whole, over several fields, is not in it."""
    field = kind.model_fields[name]
    kept: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(kept).validator


class Part(Frozen):
    """A value inside an event or an aggregate."""


def _in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT) + 0


class Money(Part):
    """An amount in one currency, exact to the cent; never a float, and written with its cents."""

    amount: Annotated[Decimal, Field(max_digits=16, decimal_places=2, examples=["12800.00"]), AfterValidator(_in_cents)]
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")

    @field_validator("amount", mode="before")
    @classmethod
    def _is_exact(cls, value: object) -> object:
        if isinstance(value, str) and _AMOUNT.fullmatch(value):
            return Decimal(value)
        if isinstance(value, float | str):
            raise ValueError(
                'an amount is a text such as "12800.00", with two decimals at most in any currency, or a whole number'
            )
        return Decimal(value) if type(value) is int else value

    @field_validator("currency")
    @classmethod
    def _can_be_paid(cls, currency: str, info: ValidationInfo) -> str:
        if comes_in(info):
            payable(currency, info.data.get("amount"))
        return currency


class PreciseDate(Part):
    """A date of which the day may be unknown; with precision `month` the day is the first and means nothing."""

    on: date
    precision: Literal["day", "month"] = "day"


class Event(Part):
    """A fact others may rely on. Once published, a key keeps its meaning.

    `class OrderPlaced(Event, key="intake.order_placed.v1")`. Fields may be added with a default, never removed,
    renamed or retyped: anything else is a new class with the next version in its key.

    `announced=False` marks a contract that the code of its publisher does not construct yet. Such a class stands in
    no catalogue, schema, sample or document, and may still change; the mark goes with the first code that announces it.
    A department's facts are announced by its own system, so they are never marked.
    """

    key: ClassVar[str]
    announced: ClassVar[bool]

    def __init_subclass__(cls, *, key: str | None = None, announced: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if key is None:
            raise TypeError(f"{cls.__name__} needs a key: class {cls.__name__}(Event, key='publisher.fact.v1')")
        if not _KEY.fullmatch(key):
            raise TypeError(f"{key!r} is not a key: <publisher>.<snake_past>.v<n>")
        if key in _declared:
            raise TypeError(f"{key} is already the key of {_declared[key].__name__}")
        cls.key = key
        cls.announced = announced
        _declared[key] = cls

    @classmethod
    def of(cls, *parts: Part, **fields: Any) -> Self:
        """The event that says what these parts say, each of which its class inherits, and these further fields.

        TypeError for a part that the class does not inherit and for a field that it does not have.
        """
        if foreign := [type(part).__name__ for part in parts if not issubclass(cls, type(part))]:
            raise TypeError(f"{cls.__name__} does not inherit {', '.join(foreign)}")
        if unknown := sorted(fields.keys() - cls.model_fields.keys()):
            raise TypeError(f"{cls.__name__} has no field {', '.join(unknown)}")
        return cls(**{name: value for part in parts for name, value in part}, **fields)

    @classmethod
    def publisher(cls) -> str:
        """Who announces this fact: the first word of its key."""
        return cls.key.split(".", 1)[0]


def declared() -> Mapping[str, type[Event]]:
    """Every event class imported so far, by key. `shared.contracts.catalogue` imports those of this package."""
    return MappingProxyType(_declared)


class Actor(Part):
    """Who is behind something: staff, a department's system, a customer, a provider's callback, a service, or time.

    The same `id` under another `kind` is another one. An operator is a member of staff in the role `operator`. `role`
    is an open text: staff's is a `Role`, and a department's system may say in its own words who it was.
    """

    kind: Literal["staff", "department", "customer", "provider", "service", "time"]
    id: str = Field(min_length=1, max_length=128)
    role: str | None = None
