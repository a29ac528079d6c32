"""The API keys of departments' systems, known by their hashes."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from shared.contracts.roles import Department
from shared.files import WatchedFile, replace_file
from shared.identity.principals import Principal, Unauthenticated

_KEYS_AT_ONCE = 2
"""Keys that a department may have at the same time, while it changes from one to the next."""
_NONE: Mapping[str, tuple[str, ...]] = {}


class DepartmentKeys:
    """Verifies departments' API keys `<department>.<secret>` against their hashes in a JSON file.

    The file is `{department: [sha256, …]}`. All hashes of a department are valid, so that keys can be rotated; a change
    counts from the next request on.
    """

    def __init__(self, file: Path | None) -> None:
        self._hashes = WatchedFile(file, _department_hashes, initial=_NONE) if file else None

    def departments(self) -> tuple[str, ...]:
        """The departments that have a key, in alphabetical order."""
        return tuple(sorted(self._hashes.value())) if self._hashes else ()

    def verify(self, key: str) -> Principal:
        """The department whose key this is. Unauthenticated for any other text."""
        if self._hashes is None:
            raise Unauthenticated("departments cannot be recognised here: API_KEYS_FILE is not set")
        department = key.partition(".")[0]
        presented = _hash(key)
        known = [hmac.compare_digest(presented, each) for each in self._hashes.value().get(department, ())]
        if not any(known):
            raise Unauthenticated("the API key is not known; expected X-API-Key: <department>.<secret>")
        return Principal.system(Department(department))


def add_api_key(file: Path, department: str) -> str:
    """Make a key for a department and add its hash; its newest two stay valid. The key itself is kept nowhere."""
    if department not in list(Department):
        raise ValueError(f"{department!r} is not a department; there are {', '.join(Department)}")
    hashes = dict(_department_hashes(file.read_text(encoding="utf-8"))) if file.exists() else {}
    key = f"{department}.{secrets.token_urlsafe(32)}"
    hashes[department] = (*hashes.get(department, ()), _hash(key))[-_KEYS_AT_ONCE:]
    replace_file(file, json.dumps(hashes, indent=2) + "\n", mode=0o600)
    return key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _department_hashes(text: str) -> Mapping[str, tuple[str, ...]]:
    content = json.loads(text)
    if not isinstance(content, dict) or not all(_are_hashes(hashes) for hashes in content.values()):
        raise ValueError("expected {department: [sha256 of a key, …]}")
    if unknown := sorted(set(content) - set(Department)):
        raise ValueError(f"{unknown[0]!r} is not a department; there are {', '.join(Department)}")
    return {department: tuple(hashes) for department, hashes in content.items()}


def _are_hashes(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and len(each) == 64 for each in value)
