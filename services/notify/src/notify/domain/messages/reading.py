"""From the files of the tables to the catalogue; each fault in them is named with its file and line."""

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from pydantic import ValidationError

from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.checking import faults
from notify.domain.messages.message import CatalogueMessage
from notify.domain.messages.table import CommonTable, MessageTable
from notify.domain.messages.toml_file import BadToml, TomlFile
from shared.policy import fault

T = TypeVar("T", MessageTable, CommonTable)


class BadCatalogue(Exception):
    """The tables are wrong or contradict each other; the text has one line for each fault, `file:line: the fault`."""


def read(common: Iterable[TomlFile], messages: Iterable[tuple[str, TomlFile]], purposes: Collection[str]) -> Catalogue:
    """The catalogue of these files: what messages share, and each message under its key.

    A later file adds to an earlier one: variables and layouts of the same name replace it, a message of the same key
    gets more lines and texts. `purposes` are the names that the policy knows. Raises BadCatalogue with every fault.
    """
    found: list[str] = []
    shared = [table for file in common for table in _parsed(file, CommonTable, found)]
    known: dict[str, CatalogueMessage] = {}
    for key, file in messages:
        for table in _parsed(file, MessageTable, found):
            known.setdefault(key, CatalogueMessage(key)).tables.append((file, table))
    _refuse(found)
    catalogue = Catalogue(
        [rule.value for message in known.values() for rule in message.rules()],
        {name: variable for table in shared for name, variable in table.variables.items()},
        [template.value for message in known.values() for template in message.templates()],
        [phrase for table in shared for phrase in table.never],
        {name: layout for table in shared for name, layout in table.layouts.items()},
        {key: why for table in shared for key, why in table.silent.items()},
    )
    _refuse(faults(known.values(), catalogue, purposes))
    return catalogue


def _parsed(file: TomlFile, kind: type[T], found: list[str]) -> Iterator[T]:
    """The file's table; for a file that holds none its faults are added to those found."""
    try:
        yield kind.model_validate(file.parsed(), extra="forbid")
    except BadToml as error:
        found.append(str(error))
    except ValidationError as error:
        found += [file.fault(each["loc"], fault(each)) for each in error.errors(include_url=False)]


def _refuse(found: Iterable[str]) -> None:
    if said := "\n".join(found):
        raise BadCatalogue(said)
