"""The stages of every aggregate, drawn from the table that its decisions and its routes follow."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generators import ROOT
from shared.lifecycle import Lifecycle, Move

PAGE = ROOT / "docs" / "lifecycles.md"
MANY = 8
"""Stages that a row names at most one by one."""

_INTRO = """\
# Lifecycles

The stages of every aggregate that has stages, what may be decided in each, and by whom. Generated from the table that
the decisions, the routes and the views follow (`shared/lifecycle.py`). A role that may not decide is answered 403; a
decision that the stage does not allow is answered with 409 `illegal_transition` and what is possible instead. Where no
role is named, a fact from elsewhere decides, or time. What a person decides is `POST` below the address of the thing:
`judge_sample` is `POST /orders/{id}/judge-sample`.
"""


def page() -> dict[Path, str]:
    """The one page, by file."""
    sections = [f"## {service}\n\n" + "\n".join(map(_drawn, tables)) for service, tables in _found() if tables]
    return {PAGE: "\n".join((_INTRO, *sections))}


def _found() -> Iterator[tuple[str, list[Lifecycle[Any, Any]]]]:
    for name in sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py")):
        yield name, sorted(_tables(f"{name}.domain"), key=lambda table: table.noun)


def _tables(package: str) -> list[Lifecycle[Any, Any]]:
    """Every table in the modules of a domain, each once however many modules import it."""
    domain = importlib.import_module(package)
    modules = [domain, *(importlib.import_module(each.name) for each in _modules(domain))]
    found = {id(table): table for module in modules for value in vars(module).values() for table in _among(value)}
    return list(found.values())


def _among(value: Any) -> Iterator[Lifecycle[Any, Any]]:
    """A table, or those of a mapping of tables."""
    each = value.values() if isinstance(value, Mapping) else (value,)
    yield from (table for table in each if isinstance(table, Lifecycle))


def _modules(domain: Any) -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.walk_packages(domain.__path__, f"{domain.__name__}.")


def _drawn(table: Lifecycle[Any, Any]) -> str:
    lines = [
        f"### {table.noun}",
        "",
        "```mermaid",
        table.mermaid().rstrip(),
        "```",
        "",
        "| Decision | While it is | Becomes | By |",
        "|---|---|---|---|",
    ]
    for decision, move in ((name, move) for name, rows in table.moves.items() for move in rows):
        decided = "whom the policy names" if move.by_policy else "a fact, or time"
        by = " · ".join(role.chinese for role in move.by) or decided
        becomes = " or ".join(f"`{stage}`" for stage in move.to) or "stays as it is"
        lines.append(f"| `{decision}` | {_while(table, move)} | {becomes} | {by} |")
    return "\n".join(lines) + "\n"


def _while(table: Lifecycle[Any, Any], move: Move[Any]) -> str:
    """The stages of a row; of most of a long table's stages those that are missing."""
    live = [stage for stage in table.stages if stage not in table.terminal]
    missing = [stage for stage in live if stage not in move.when]
    if len(move.when) <= MANY or len(missing) > MANY:
        return _named(move.when)
    ended = [stage for stage in move.when if stage in table.terminal]
    but = f", but not {_named(missing)}" if missing else ""
    return f"not ended{but}" + (f"; also {_named(ended)}" if ended else "")


def _named(stages: Iterable[str]) -> str:
    return ", ".join(f"`{stage}`" for stage in stages)
