"""All that the files say of one message, each thing with the place where it was written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from notify.domain.messages.rule import Rule
from notify.domain.messages.table import MessageTable
from notify.domain.messages.template import Channel, Template, variant_key
from notify.domain.messages.toml_file import Path, TomlFile

CHANNELS: tuple[Channel, ...] = ("sms", "email", "chat")

V = TypeVar("V", Rule, Template)


@dataclass(frozen=True, slots=True)
class Written(Generic[V]):
    """A line or a text, and where it was written."""

    value: V
    file: TomlFile
    path: Path

    def fault(self, entry: str, text: str) -> str:
        """A sentence about one of its entries, with file and line."""
        return self.file.fault((*self.path, entry), text)


@dataclass(frozen=True, slots=True)
class CatalogueMessage:
    """A message under its key; the company's own files may add to a built-in one."""

    key: str
    tables: list[tuple[TomlFile, MessageTable]] = field(default_factory=list)

    def rules(self) -> Iterator[Written[Rule]]:
        """The lines from facts to this message."""
        for file, table in self.tables:
            about = {"purpose": table.purpose, "audience": table.audience, "concern": table.concern}
            place = {"message": self.key, **about}
            for number, line in enumerate(table.rules):
                yield Written(Rule.model_validate({**line.model_dump(), **place}), file, ("rules", number))

    def templates(self) -> Iterator[Written[Template]]:
        """The texts of this message, all versions of all channels."""
        for file, table in self.tables:
            for channel in CHANNELS:
                for number, text in enumerate(getattr(table, channel)):
                    place = {"key": variant_key(self.key, text.variant), "channel": channel}
                    template = Template.model_validate({**text.model_dump(), **place})
                    yield Written(template, file, (channel, number))

    def needs(self) -> frozenset[str]:
        """The variables that its newest texts may use."""
        return frozenset(name for _, table in self.tables for name in table.needs)
