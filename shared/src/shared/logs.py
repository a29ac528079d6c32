"""Structured logs: JSON lines, or colours on a terminal; bound to service and cause; personal data masked."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.contextvars import bound_contextvars

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
    """The text without mobile numbers, e-mail addresses and passwords in URLs: 138****8000, z***@example.com."""
    text = _PASSWORD.sub(r"\1***@", text) if "://" in text else text
    text = _EMAIL.sub(r"\1***@\2", text) if "@" in text else text
    return _MOBILE.sub(r"\1****\2", text)


def masked_name(name: str) -> str:
    """The first character only: 王**."""
    return f"{name[:1]}**" if name else name


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
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
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


def because_of(cause: object, correlation: object) -> AbstractContextManager[Mapping[str, Any]]:
    """Everything logged inside says which cause it belongs to."""
    return cast(
        "AbstractContextManager[Mapping[str, Any]]", bound_contextvars(cause=str(cause), correlation=str(correlation))
    )


def mask(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: no personal data leaves the process in a log line."""
    return cast("MutableMapping[str, Any]", _clean(event))


def _clean(value: object, hide: Callable[[str], str] = masked) -> object:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {key: _clean(item, masked_name if str(key).lower() in NAMES else masked) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(item, hide) for item in value]
    if isinstance(value, (bool, float)) or value is None:
        return value
    return _plain(value, hide)


def _plain(value: object, hide: Callable[[str], str]) -> object:
    text = str(value)
    hidden = hide(text)
    return value if isinstance(value, int) and hidden == text else hidden


def _naming(service: str) -> structlog.types.Processor:
    def name(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    return name


def _rendering(terminal: bool) -> list[structlog.types.Processor]:
    if terminal:
        return [structlog.processors.format_exc_info, mask, structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, mask, _json]


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
