"""What providers have in common that send approved templates alone, and push what they have to say as JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from notify.domain.messages.template import Channel, Words
from notify.gateways.gateway import BadCallback, Callback, Gateway

CHINA = timezone(timedelta(hours=8))


class ApprovedTemplates(Gateway):
    """A provider of SMS that takes a text by the code that it gave each version of a template.

    `codes` has the code of each "template@version".
    """

    channel: ClassVar[Channel] = "sms"

    def __init__(self, name: str, signature: str, codes: Mapping[str, str]) -> None:
        self.name = name
        self._signature = signature
        self._codes = codes

    def carries(self, words: Words) -> bool:
        return f"{words.template}@{words.version}" in self._codes

    def code_of(self, words: Words) -> str:
        """The code of the template that these words fill; KeyError for one that the provider has not approved."""
        return self._codes[f"{words.template}@{words.version}"]


def rows_of(callback: Callback) -> Sequence[Mapping[str, Any]]:
    """The reports in a callback. Raises BadCallback."""
    rows = callback.json
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadCallback("expected a JSON array of objects")
    return rows


def moment_of(text: Any) -> datetime:
    """A time as these providers write it, in China; now for what is none."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return datetime.now(UTC)
