"""What tests over memory leave behind: written down by a plugin of pytest, and put into a database again."""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.kernel.documents import Write
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.kernel.seals import SealKeys
from shared.store import Store
from shared.testing import SEAL_KEYS, InMemoryDatabase, Outbox

UNIT = Path(__file__).parents[1] / "unit"
Documents = Mapping[str, Sequence[tuple[str, int, dict[str, Any]]]]
"""The documents of one test by their collections: id, version, state."""

ALIKE = 6
"""Documents of one collection that are in the same stage, at most."""
LEFT_OUT = {"audit", "recurrences", "duties", "dead_groups", "seal_checks", "checkpoints", "checkpoint_leaves"}
"""Collections that a service fills by itself, from the others or from the calendar."""
_NUMBER = re.compile(r"(number|\w+_no)$")
"""Names of fields by whose values people call a document."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of one test with many parameters a few runs are enough, and none of a property."""
    runs = Counter[str]()
    for item in list(items):
        name = item.nodeid.partition("[")[0]
        runs[name] += 1
        if runs[name] > ALIKE or item.get_closest_marker("hypothesis"):
            items.remove(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Function) -> None:
    """One line in the file LEFT_BEHIND for each test that has a database."""
    database = next(_databases(item), None)
    if database is not None:
        kept = {
            name: [(str(row.id), row.version, row.state) for row in documents.rows.values()]
            for name, documents in database.collections.items()
            if name not in LEFT_OUT
        }
        with Path(os.environ["LEFT_BEHIND"]).open("a") as file:
            file.write(json.dumps(kept) + "\n")


def _databases(item: pytest.Function) -> Iterator[InMemoryDatabase]:
    for value in item.funcargs.values():
        world = getattr(value, "world", value)
        for database in (value, getattr(world, "database", None)):
            if isinstance(database, InMemoryDatabase):
                yield database


def left_behind(service: str, modules: Sequence[str], folder: Path) -> list[Documents]:
    """What each of these tests leaves behind; whether they pass is no concern here."""
    file = folder / f"left-behind-{service}.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "left_behind", *(UNIT / service / each for each in modules)],
        cwd=UNIT.parents[1],
        env={**os.environ, "LEFT_BEHIND": str(file), "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert file.exists(), done.stdout
    return [json.loads(line) for line in file.read_text().splitlines()]


async def settle(left: Sequence[Documents], url: str, service: str, database: str) -> dict[str, list[dict[str, Any]]]:
    """Put them into this database as if the service had written them; the states by their collections.

    No deadline of theirs falls due. What another test has left under the same id or number gets others.
    """
    into = Database(url, database, GroupCommit(Outbox(), remembered=0), SealKeys.read(SEAL_KEYS, service))
    unique = _unique_fields(service)
    taken: set[str] = set()
    stages: Counter[tuple[str, str]] = Counter()
    settled: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for documents in left:
        for name, rows in _with_names_of_their_own(documents, taken, unique).items():
            writes = list[Write]()
            for id, version, state in rows:
                stage = name, str(state.get("stage") or state.get("state"))
                taken |= {id, *_keys(name, state, unique).values()}
                stages[stage] += 1
                if stages[stage] <= ALIKE:
                    writes.append(Write(UUID(id), 0, version, state, None, [], [], []))
            outcomes = await into.documents(name, ()).write(writes) if writes else ()
            settled[name] += [
                {**write.state, "id": str(write.id)}
                for write, outcome in zip(writes, outcomes, strict=False)
                if outcome is None
            ]
    into.close()
    return settled


def _unique_fields(service: str) -> set[tuple[str, str]]:
    """The collections of a service with the fields of which one document alone may have a value."""
    kept = vars(import_module(f"{service}.store")).values()
    stores = [each for each in kept if isinstance(each, type) and issubclass(each, Store) and each is not Store]
    return {
        (each.collection, field) for each in stores for index in each.indexes if index.unique for field in index.fields
    }


def _keys(collection: str, state: Mapping[str, Any], unique: Collection[tuple[str, str]]) -> dict[str, str]:
    """The values that no other document of the collection may have, by their fields."""
    found = {field: state.get(field) for name, field in unique if name == collection}
    return {field: f"{collection}.{field} {value}" for field, value in found.items() if value}


def _with_names_of_their_own(
    documents: Documents, taken: Collection[str], unique: Collection[tuple[str, str]]
) -> Documents:
    text = json.dumps(documents, ensure_ascii=False)
    used = {*taken, *_keys_of_all(documents, unique)}
    for collection, rows in documents.items():
        for id, _, state in rows:
            keys = _keys(collection, state, unique)
            again = [field for field, key in keys.items() if key in taken]
            if id in taken:
                text = text.replace(id, str(uuid4()))
                again += [field for field in state if _NUMBER.match(field) and field not in again]
            for field in again:
                value = state[field]
                if isinstance(value, str) and value:
                    others = _free(value, f"{collection}.{field}", used)
                    used.add(f"{collection}.{field} {others}")
                    text = text.replace(json.dumps(value, ensure_ascii=False), json.dumps(others, ensure_ascii=False))
    return json.loads(text)  # type: ignore[no-any-return]


def _keys_of_all(documents: Documents, unique: Collection[tuple[str, str]]) -> Iterator[str]:
    for collection, rows in documents.items():
        for _, _, state in rows:
            yield from _keys(collection, state, unique).values()


def _free(number: str, field: str, used: Collection[str]) -> str:
    """The number with other digits at its end, in the same form, that no document of the field has."""
    made = (
        re.sub(r"\d+(?=\D*$)", lambda digits, at=at: f"{at:0{len(digits[0])}}"[-len(digits[0]) :], number, count=1)
        for at in range(len(used), len(used) + 10_000)
    )
    return next((each for each in made if f"{field} {each}" not in used), number)
