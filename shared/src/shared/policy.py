"""The company's figures as data: each file has a name, a version, its first day in force and who approved it."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from shared.contracts.event import Frozen
from shared.contracts.identities import AT_THE_DOOR

P = TypeVar("P", bound="Policy")


class Policy(Frozen):
    """One version of a policy.

    In its file a key that its class, or the class of a table in it, does not know is an error, however deep it lies.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    in_force_from: date
    approved_by: str = Field(min_length=1, max_length=200)


class Policies(Generic[P]):
    """All versions of one policy: what begins takes the one in force, what has begun keeps its own."""

    def __init__(self, versions: Iterable[P]) -> None:
        """ValueError for no version at all, for two of one number or of different names, and for versions whose order
        is not the order of their days.
        """
        every = sorted(versions, key=lambda each: each.version)
        self._versions = {each.version: each for each in every}
        if len(self._versions) < len(every):
            raise ValueError("each version of a policy has a number of its own")
        if len(names := sorted({each.name for each in every})) > 1:
            raise ValueError(f"the versions of a policy have one name, not {' and '.join(names)}")
        days = [each.in_force_from for each in self._versions.values()]
        if not days:
            raise ValueError("a policy needs at least one version")
        if days != sorted(set(days)):
            raise ValueError("a later version of a policy is in force from a later day; correct in_force_from")

    def on(self, day: date) -> P:
        """The version in force on that day; the first one for the days before any was."""
        begun = [each for each in self._versions.values() if each.in_force_from <= day]
        return begun[-1] if begun else next(iter(self._versions.values()))

    def version(self, number: int) -> P:
        """That version. LookupError names those that there are."""
        try:
            return self._versions[number]
        except KeyError:
            known = ", ".join(map(str, self._versions))
            raise LookupError(f"there is no version {number} of this policy; known: {known}") from None

    def __iter__(self) -> Iterator[P]:
        """Every version, in force already or not, the first one first."""
        return iter(self._versions.values())


@dataclass(frozen=True)
class ShippedPolicy(Generic[P]):
    """A policy whose first versions come with a service, in the folder `domain/policy` of its package."""

    kind: type[P]
    package: str

    def read(self, own: Path | None = None) -> Policies[P]:
        """Every version, the shipped ones and the company's own; see `read_policies`."""
        return read_policies(self.kind, files(self.package) / "domain" / "policy", own)

    def check(self, own: Path | None) -> Path | None:
        """The place of the company's own versions, for a setting. ValueError when they cannot be used."""
        self.read(own)
        return own


def read_policies(kind: type[P], shipped: Traversable, own: Path | None = None) -> Policies[P]:
    """Every version among the TOML files of the folder that comes with the service and of the company's own.

    `own` is a file or a folder of such files; a version of the company's takes the place of the shipped version of the
    same number. ValueError names the file and what is wrong in it.
    """
    versions = {each.version: each for each in _all(kind, shipped)}
    if own is not None:
        ours = _all(kind, own)
        name = next(iter(versions.values())).name
        if strange := [each for each in ours if each.name != name]:
            raise ValueError(f"{own}: this is the policy {strange[0].name!r}; expected one of the name {name!r}")
        versions |= {each.version: each for each in ours}
    return Policies(versions.values())


def _all(kind: type[P], place: Traversable) -> list[P]:
    files = sorted(place.iterdir(), key=lambda file: file.name) if place.is_dir() else [place]
    found = [_read(kind, file) for file in files if file.name.endswith(".toml")]
    if not found:
        raise ValueError(f"{place}: no policy here; expected a .toml file, or a folder of them")
    numbers = [each.version for each in found]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise ValueError(f"{place}: version {twice[0]} stands in two files; each version has one file")
    return found


def _read(kind: type[P], file: Traversable) -> P:
    try:
        return kind.model_validate(read_toml(file), extra="forbid", context=AT_THE_DOOR)
    except ValidationError as error:
        raise ValueError(f"{file}: {'; '.join(map(fault, error.errors()))}") from error


def fault(error: ErrorDetails) -> str:
    """What is wrong in a file, with the path to the key."""
    said = "there is no such key" if error["type"] == "extra_forbidden" else error["msg"]
    return f"{'.'.join(map(str, error['loc'])) or 'the file'}: {said}"


def read_toml(file: Traversable) -> dict[str, Any]:
    """What a TOML file says. ValueError names the file that cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{file}: cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: not TOML: {error}") from error
