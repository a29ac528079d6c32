"""Structured logs: JSON lines, or colours on a terminal; bound to service and cause; without personal data."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO, cast
from uuid import UUID

import orjson
import structlog
from pydantic import BaseModel, ValidationError

NAMES = frozenset(
    (
        "name",
        "names",
        "contact",
        "customer",
        "customer_name",
        "contact_name",
        "contact_person",
        "recipient",
        "addressee",
        "complainant",
        "installer",
        "installers",
        "salesman",
        "owner_name",
        "full_name",
        "first_name",
        "last_name",
        "decision_maker",
        "address",
    )
)
"""Fields whose text is a person or a place; every string everywhere is searched for numbers and addresses besides."""

_MOBILE = re.compile(r"(?<![0-9A-Za-z])((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![0-9A-Za-z])")
_EMAIL = re.compile(r"([A-Za-z0-9_.%+-])[A-Za-z0-9_.%+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_IDENTITY_CARD = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})[- ]?"
    r"(?:(?:18|19|20)\d{2}[- ]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[- ]?\d{3}[\dXx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
)
_LANDLINE = re.compile(r"(?<![0-9A-Za-z.-])(\(?0\d{2,3}\)?)[- ]\d{3,4}[- ]?\d{4}(?![0-9A-Za-z-])")
_ABROAD = re.compile(r"(?<![0-9A-Za-z])(\+\d{1,3})[- ]?\(?\d(?:[- ()]{0,2}\d){6,12}(?![0-9A-Za-z])")
_FOREIGN_SCRIPT = re.compile(r"[^\x00-\x7f\ud800-\udfff]+")
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^/\s]+@")
_LIBRARIES = (
    "uvicorn.access",
    "uvicorn.error",
    "uvicorn",
    "faststream",
    "aio_pika",
    "aiormq",
    "pymongo",
    "httpx",
    "apprise",
)


def masked(text: str) -> str:
    """The text without numbers of telephones and identity cards, e-mail addresses and passwords in URLs.

    138****8000, 440106********, 010-****, z***@example.com.
    """
    text = _PASSWORD.sub(r"\1***@", text) if "://" in text else text
    text = _EMAIL.sub(r"\1***@\2", text) if "@" in text else text
    text = _IDENTITY_CARD.sub(r"\1********", text)
    text = _ABROAD.sub(r"\1****", _MOBILE.sub(r"\1****\2", text))
    return _LANDLINE.sub(r"\1-****", text)


def masked_name(name: str) -> str:
    """The first character only: 王**."""
    return f"{name[:1]}**" if name else name


def told(error: BaseException) -> str:
    """What went wrong in words of ours: kinds, codes, field paths with the rule they break, and where; never the input.

    An error's own text may quote a name or a number: `input_value`, a duplicate key, a provider's answer.
    """
    return " < ".join(_told_alone(each) for each in _chain(error))


def _told_alone(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, ValidationError):
        return f"{kind} {'; '.join(_rule_broken(each) for each in error.errors(include_url=False)[:5])}"
    if isinstance(error, BaseExceptionGroup):
        return f"{kind} ({', '.join(told(each) for each in error.exceptions[:5])})"
    code = error.errno if isinstance(error, OSError) else getattr(error, "code", None)
    if isinstance(code, int) or (isinstance(code, str) and _CODE.fullmatch(code)):
        kind = f"{kind} {code}"
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{kind} at {'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}" if frames else kind


_CODE = re.compile(r"[a-z0-9_]{1,100}")
_FOREIGN_CODE = re.compile(r"[A-Za-z][A-Za-z_.:-]{0,40}[0-9]{0,5}|[0-9]{1,5}")


def plain_code(code: str) -> str:
    """Another system's code, such as `isv.BUSINESS_LIMIT_CONTROL` or `550`; `other` for what may be something else."""
    return code if _FOREIGN_CODE.fullmatch(code) else "other"


def _rule_broken(trouble: Mapping[str, Any]) -> str:
    path = (str(step) if isinstance(step, int) or step in _fields() else "*" for step in trouble["loc"])
    return f"{'.'.join(path) or 'body'}: {trouble['type']}"


def _fields() -> frozenset[str]:
    """The names of all fields of our models; whatever else stands in the path of a mistake came with the input."""
    count = len(BaseModel.__subclasses__())
    if count not in _FIELDS:
        _FIELDS.clear()
        _FIELDS[count] = frozenset(name for model in _models(BaseModel) for name in model.model_fields)
    return _FIELDS[count]


_FIELDS: dict[int, frozenset[str]] = {}


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _models(each)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the last first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logging of this process to `stream` (standard output). Calling it again replaces what was set before."""
    stream = stream or sys.stdout
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        _naming(service),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        use_get_message=False,
        pass_foreign_args=True,
        foreign_pre_chain=[_library_words, *shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_rendering(stream.isatty()),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _quieten_libraries()


def mask(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: no personal data leaves the process in a log line."""
    return cast("MutableMapping[str, Any]", _clean(event))


def without_people(body: object) -> object:
    """A message's body as one who watches the bus may see it: numbers, addresses and names are masked."""
    return _clean(body, masked, masked)


def _clean(
    value: object, hide: Callable[[str], str] | None = None, usual: Callable[[str], str] | None = None
) -> object:
    """`hide` is done to this value's texts, `usual` to those of its fields that name no one."""
    usual = usual or _hidden
    hide = hide or usual
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, BaseException):
        return _hidden(told(value))
    if isinstance(value, Mapping):
        return {
            _clean(key, usual, usual): _clean(item, masked_name if str(key).lower() in NAMES else usual, usual)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(item, hide, usual) for item in value]
    if isinstance(value, (bool, float)) or value is None:
        return value
    return _plain(value, hide)


def _hidden(text: str) -> str:
    """The last resort, for what should not have been handed over: our words are English, so no other script stays."""
    return _FOREIGN_SCRIPT.sub("...", masked(text))


_PLAIN = (int, Decimal, UUID, date, timedelta, Path)
"""What is written as it is, beside texts. Of any other object only the kind is: its text may hold anything."""


def _plain(value: object, hide: Callable[[str], str]) -> object:
    if not isinstance(value, _PLAIN):
        return f"<{type(value).__name__}>"
    text = str(value)
    hidden = hide(text)
    return value if isinstance(value, int) and hidden == text else hidden


def _stack(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its frames and our words for it, in place of its own text."""
    said = event.pop("exc_info", None)
    error = (
        said if isinstance(said, BaseException) else said[1] if isinstance(said, tuple) else said and sys.exc_info()[1]
    )
    if isinstance(error, BaseException):
        event["exception"] = _frames(error)
    return event


def _frames(error: BaseException) -> str:
    links = ("".join((*traceback.format_tb(each.__traceback__), _told_alone(each))) for each in _chain(error))
    return _hidden("\n\nbecause of\n".join(links))


def last_words(kind: type[BaseException], error: BaseException, _: object) -> None:
    """What a process prints that ends by an exception, as `sys.excepthook`: the frames and our words, not its text."""
    print(_frames(error), file=sys.stderr)


def _library_words(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What a library logs, without the texts of exceptions that it puts in between or writes line by line."""
    text, arguments = event["event"], event.pop("positional_args", ())
    if isinstance(arguments, tuple):
        arguments = tuple(told(each) if isinstance(each, BaseException) else each for each in arguments)
    with suppress(TypeError, ValueError, KeyError):
        text = text % arguments if arguments else text
    event["event"] = "\n".join(_without_texts(text.split("\n")))
    return event


def _without_texts(lines: list[str]) -> Iterator[str]:
    """Of several lines the first, the frames of a traceback with their code, and the kinds of exceptions."""
    for before, line in zip(("", *lines), lines, strict=False):
        if not before or line.startswith(_FRAME) or before.startswith(_FRAME):
            yield line
        elif kind := _KIND.match(line):
            yield kind[0]


_FRAME = "  File "
_KIND = re.compile(r"[A-Za-z_][\w.]*(?=:|$)")


def _naming(service: str) -> structlog.types.Processor:
    def name(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    return name


def _rendering(terminal: bool) -> list[structlog.types.Processor]:
    if terminal:
        return [_stack, mask, structlog.dev.ConsoleRenderer()]
    return [_stack, mask, _json]


def _json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # a number beyond 64 bits, or half a character
        return json.dumps(event, default=str)


def _quieten_libraries() -> None:
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(logging.WARNING)
