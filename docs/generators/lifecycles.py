"""The stages of every aggregate, drawn from the table that its decisions and its routes follow."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generators import ROOT
from shared.lifecycle import Lifecycle

PAGE = ROOT / "docs" / "lifecycles.md"
_INTRO = """\
# Lifecycles

The stages of every aggregate that has stages, what may be decided in each, and by whom. Generated from the table that
the decisions, the routes and the views follow (`shared/lifecycle.py`). A role that may not decide is answered 403; a
decision that the stage does not allow is answered with 409 `illegal_transition` and what is possible instead. Where no
role is named, a fact from elsewhere decides, or time.
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
    found = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, Lifecycle)}
    return list(found.values())


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
    for decision, move in table.moves.items():
        by = " · ".join(role.chinese for role in move.by) or "a fact, or time"
        becomes = " or ".join(f"`{stage}`" for stage in move.to) or "stays as it is"
        lines.append(f"| `{decision}` | {', '.join(f'`{stage}`' for stage in move.when)} | {becomes} | {by} |")
    return "\n".join(lines) + "\n"
