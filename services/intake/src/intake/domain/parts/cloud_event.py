"""A CloudEvent as another system sends it, in binary or structured mode, read without any good faith."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from shared.aggregate import Refused
from shared.json_values import more_values

SIZE_LIMIT = 256 * 1024
"""Bytes a fact may have."""
MOST_VALUES, MOST_VALUES_OF_A_BATCH = 20_000, 50_000
"""Values in the JSON of a fact, and of a batch: some thousands of lines of an order."""

TOO_LARGE = "too_large"
JSON = "application/json"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BATCH_LIMIT = 100
"""Events a batch may have."""
_LONGEST_ID = 200
"""Characters of an id at most."""
_LONGEST_NUMBER = 20
"""Characters of a whole number that 8 bytes hold, with its sign."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_BEFORE_1970 = 62_135_596_800_000
"""Milliseconds from year 1 to 1970; a number beyond that on either side is no moment."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:)(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
"""As RFC 3339 writes it, in upper case; that the offset is missing is said by itself."""


class Unfit(Refused):
    """What was sent cannot be taken as a fact. `code` is stable; the text says what would be right."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code)


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """What the sender says: CloudEvents 1.0 attributes and the data, a JSON object."""

    id: str
    type: str
    source: str
    time: datetime
    data: dict[str, Any]
    correlation: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Sent:
    """What came over a wire to be read as a CloudEvent. `attributes` are the transport's, without prefix.

    Its body is read once, however often it is asked.
    """

    content_type: str | None
    attributes: Mapping[str, Any]
    body: bytes

    @property
    def is_batch(self) -> bool:
        """Whether it says that it carries several events."""
        return media_type(self.content_type) == BATCH

    @cached_property
    def _understood(self) -> "_Json":
        return _Json.of(self.body, MOST_VALUES_OF_A_BATCH if self.is_batch else MOST_VALUES)

    @property
    def content(self) -> Any:
        """The JSON that it carries. Raises Unfit with `too_large`, `malformed_json` or `duplicate_field`."""
        if self._understood.wrong:
            raise Unfit(*self._understood.wrong)
        return self._understood.value

    @property
    def said(self) -> Mapping[str, Any]:
        """The object that it carries as far as it can be read, whatever else is wrong with it; empty for any other."""
        content = self._understood.value if len(self.body) <= SIZE_LIMIT else None
        return content if isinstance(content, dict) else {}

    @property
    def claimed(self) -> str | None:
        """The id that the sender gave, also where nothing else can be taken; None where it gave none."""
        structured = media_type(self.content_type) == STRUCTURED
        id = (self.said if structured else self.attributes).get("id")
        return id if isinstance(id, str) else None


def read(sent: Sent) -> CloudEvent:
    """The CloudEvent that was sent; structured mode carries its own attributes.

    Raises Unfit with one of the codes `too_large`, `content_type`, `malformed_json`, `duplicate_field`, `attributes`.
    """
    must_be_small(sent.body)
    kind = media_type(sent.content_type) or JSON
    if kind not in (JSON, STRUCTURED):
        raise Unfit("content_type", f"a fact is {JSON} or {STRUCTURED}, not {sent.content_type}")
    content = _object(sent.content)
    if kind == STRUCTURED:
        return read_structured(content)
    return _read({**sent.attributes, "time": _written(sent.attributes.get("time"))}, content)


def read_structured(content: Mapping[str, Any]) -> CloudEvent:
    """A CloudEvent that carries its attributes beside its data. Raises Unfit with the code `attributes`."""
    data = content.get("data")
    if not isinstance(data, dict):
        raise Unfit("attributes", "data must be a JSON object")
    return _read(content, data)


def read_batch(sent: Sent) -> list[dict[str, Any]]:
    """The events of a batch, each for `read_structured`; some may fit and others not.

    Raises Unfit when the body is no such list: `too_large`, `malformed_json`, `duplicate_field`.
    """
    events = sent.content
    if not isinstance(events, list):
        raise Unfit("malformed_json", f"a batch is a JSON list of events, not {type(events).__name__}")
    if len(events) > BATCH_LIMIT:
        raise Unfit(TOO_LARGE, f"a batch has at most {BATCH_LIMIT} events, this has {len(events)}")
    return [_object(event) for event in events]


def must_be_small(fact: bytes) -> None:
    """Raises Unfit with `too_large` where a fact has more bytes than one may have."""
    if len(fact) > SIZE_LIMIT:
        raise Unfit(TOO_LARGE, f"a fact has at most {SIZE_LIMIT} bytes, this has {len(fact)}")


def must_have_few_values(text: str, most: int) -> None:
    """Raises Unfit with `too_large` where a text of JSON has more values than one may have."""
    if more_values(text, most):
        raise Unfit(TOO_LARGE, f"a fact has at most {MOST_VALUES} values, all of a batch {MOST_VALUES_OF_A_BATCH}")


def must_be_said_once(names: Iterable[str]) -> None:
    """Raises Unfit with `duplicate_field` where a transport names an attribute twice: one value would be lost."""
    _once([(name, None) for name in names])


def media_type(content_type: str | None) -> str:
    """Without its parameters; empty when there is none, as binary mode sends what has no `datacontenttype`."""
    return (content_type or "").split(";")[0].strip().lower()


def _read(attributes: Mapping[str, Any], data: dict[str, Any]) -> CloudEvent:
    if attributes.get("specversion") != "1.0":
        raise Unfit("attributes", f"specversion must be 1.0, not {attributes.get('specversion')!r}")
    correlation = attributes.get("correlation")
    return CloudEvent(
        id=_text(attributes, "id"),
        type=_text(attributes, "type"),
        source=_text(attributes, "source"),
        time=_time(_text(attributes, "time")),
        data=data,
        correlation=_uuid(correlation) if correlation is not None else None,
        traceparent=_text(attributes, "traceparent") if "traceparent" in attributes else None,
    )


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
        raise Unfit("attributes", f"{name} must be a text of 1 to {_LONGEST_ID} characters, not {value!r:.80}")
    if not value.isprintable():
        raise Unfit("attributes", f"{name} must be whole characters that can be seen: {value!a:.80}")
    return value


def _written(time: object) -> object:
    """AMQP has a type for moments, and SDKs send milliseconds since 1970 too: both as RFC 3339 writes them.

    Anything else as it came (CloudEvents, AMQP Protocol Binding §3.1).
    """
    if isinstance(time, int) and not isinstance(time, bool) and abs(time) < _MILLISECONDS_BEFORE_1970:
        time = _EPOCH + timedelta(milliseconds=time)
    return time.replace(tzinfo=UTC).isoformat() if isinstance(time, datetime) else time


def _time(text: str) -> datetime:
    """The moment; a leap second is the end of the second before, since a datetime has no sixty-first."""
    said = _MOMENT.fullmatch(text.upper())
    try:
        if said is None:
            raise ValueError(text)
        start, second, _, offset = said.groups()
        time = datetime.fromisoformat(f"{start}59.999999{offset or ''}" if second == "60" else said[0])
    except ValueError:
        raise Unfit("attributes", f"time must be as RFC 3339 writes it, 2026-11-28T08:00:00Z, not {text!r}") from None
    if time.tzinfo is None:
        raise Unfit("attributes", f"time needs an offset from UTC: {text}Z or {text}+08:00")
    return time.astimezone(UTC)


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Unfit("attributes", f"correlation must be a UUID, not {value!r:.80}") from None


def _object(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise Unfit("malformed_json", f"the body must be a JSON object, not {type(content).__name__}")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit("duplicate_field", f"the field {twice} is there twice; say which one is meant")
    return content


class _Json:
    """A body of JSON, read to its end whatever is wrong with it: its value, and what was wrong first."""

    def __init__(self) -> None:
        self.value: Any = None
        self.wrong: tuple[str, str] | None = None

    @classmethod
    def of(cls, body: bytes, most_values: int) -> "_Json":
        """What it says; no value where it is not JSON, or has too many values to be read."""
        read = cls()
        try:
            text = body.decode("utf-8")
            must_have_few_values(text, most_values)
            read.value = json.loads(
                text, object_pairs_hook=read._each_once, parse_int=read._whole_number, parse_constant=read._no_number
            )
        except Unfit as unfit:
            read._is_wrong(unfit.code, str(unfit))
        except (ValueError, RecursionError) as error:
            read._is_malformed(str(error))
        return read

    def _each_once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        try:
            return _once(pairs)
        except Unfit as unfit:
            self._is_wrong(unfit.code, str(unfit))
            return dict(pairs)

    def _whole_number(self, digits: str) -> int | None:
        """A number that every part can keep, in 8 bytes; none for any other."""
        if len(digits) <= _LONGEST_NUMBER and -(2**63) <= (number := int(digits)) < 2**63:
            return number
        self._is_malformed(f"{digits[:_LONGEST_NUMBER]}… is too large a number; 8 bytes are kept")
        return None

    def _no_number(self, constant: str) -> None:
        self._is_malformed(f"{constant} is not a JSON number")

    def _is_malformed(self, why: str) -> None:
        self._is_wrong("malformed_json", f"the body is not JSON in UTF-8: {why}")

    def _is_wrong(self, code: str, said: str) -> None:
        self.wrong = self.wrong or (code, said)
