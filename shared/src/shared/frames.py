"""Reads what no honest client sends: a header that cannot be decoded costs a message its properties and nobody else.

RabbitMQ passes on names that are not UTF-8 and times beyond the year 9999. pamqp refuses them while it reads the frame,
and with that the connection ends for every queue on it; the message comes back and ends the next one. Read as a message
without properties it goes where every malformed message goes.
"""

from typing import Any

from pamqp import decode
from pamqp.commands import Basic
from pamqp.header import ContentHeader

_read = ContentHeader.unmarshal


def read_whatever_comes() -> None:
    """Make this process survive frames that cannot be decoded. Doing it again changes nothing."""
    ContentHeader.unmarshal = _read_or_leave_empty  # type: ignore[method-assign]
    decode.METHODS["shortstr"] = _short_text


def _read_or_leave_empty(self: ContentHeader, data: bytes) -> None:
    try:
        _read(self, data)
    except (ArithmeticError, OSError, RecursionError, ValueError):
        self.properties = Basic.Properties()


def _short_text(value: bytes) -> tuple[int, Any]:
    length = 1 + value[0]
    return length, value[1:length].decode(errors="replace")
