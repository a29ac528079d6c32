"""What tests over memory leave behind: written down by a plugin of pytest, and put into a database again."""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.kernel.documents import Write
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.kernel.seals import SealKeys
from shared.testing import SEAL_KEYS, InMemoryDatabase, Outbox

UNIT = Path(__file__).parents[1] / "unit"
Documents = Mapping[str, Sequence[tuple[str, int, dict[str, Any]]]]
"""The documents of one test by their collections: id, version, state."""

ALIKE = 6
"""Documents of one collection that are in the same stage, at most."""
LEFT_OUT = {"audit", "recurrences", "duties", "dead_groups", "seal_checks", "checkpoints", "checkpoint_leaves"}
"""Collections that a service fills by itself, from the others or from the calendar."""
_NUMBER = re.compile(r"(number|\w+_no)$")
"""Names of fields that one document alone may have the value of."""


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
    taken: set[str] = set()
    stages: Counter[tuple[str, str]] = Counter()
    settled: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for documents in left:
        for name, rows in _with_names_of_their_own(documents, taken).items():
            writes = list[Write]()
            for id, version, state in rows:
                stage = name, str(state.get("stage") or state.get("state"))
                taken.add(id)
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


def _with_names_of_their_own(documents: Documents, taken: set[str]) -> Documents:
    text = json.dumps(documents, ensure_ascii=False)
    for rows in documents.values():
        for id, _, state in rows:
            if id not in taken:
                continue
            text = text.replace(id, str(uuid4()))
            for name, value in state.items():
                if _NUMBER.match(name) and isinstance(value, str) and value:
                    text = text.replace(json.dumps(value, ensure_ascii=False), json.dumps(_next(value, len(taken))))
    return json.loads(text)  # type: ignore[no-any-return]


def _next(number: str, place: int) -> str:
    """The number with other digits at its end, in the same form."""
    return re.sub(r"\d+(?=\D*$)", lambda digits: f"{place:0{len(digits[0])}}"[-len(digits[0]) :], number, count=1)
