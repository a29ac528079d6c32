"""Write everything that follows from the code: schemas, samples, pages about events, AsyncAPI, OpenAPI, catalogues.

`python docs/generate.py [--check] [kind …]`, kinds as in KINDS; without names, all of them. With `--check` nothing is
written: the stale files are named and the exit code is 1.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from generators import ROOT
from generators.contracts import SAMPLES, SCHEMAS, Broken, not_announced, samples, schemas, text

Files = dict[Path, str]
DOCS = ROOT / "docs"
_RIGHT = (
    "Publish a .v2 beside a frozen contract; declare a new contract together with the code that announces it. "
    "One that is on no other branch yet is frozen anew when its schema is removed first."
)


def _events() -> Files:
    from generators.events import pages

    return pages()


def _asyncapi() -> Files:
    from generators.asyncapi import asyncapi

    return {DOCS / "asyncapi.json": text(asyncapi())}


def _openapi() -> Files:
    from generators.services import services

    return {DOCS / "openapi" / f"{service.name}.json": text(service.app.openapi()) for service in services()}


def _routes() -> Files:
    from generators.routes import diagrams

    return diagrams()


def _rights() -> Files:
    from generators.rights import page

    return page()


def _readers() -> Files:
    from generators.readers import table

    return table()


def _lifecycles() -> Files:
    from generators.lifecycles import page

    return page()


def _messages() -> Files:
    from generators.messages import page

    return page()


def _catalogues() -> Files:
    from generators.catalogues import catalogues

    return catalogues()


KINDS: dict[str, tuple[Callable[[], Files], Path | None]] = {
    "schemas": (schemas, SCHEMAS),
    "samples": (samples, SAMPLES),
    "announced": (not_announced, None),
    "events": (_events, DOCS / "events"),
    "asyncapi": (_asyncapi, None),
    "openapi": (_openapi, DOCS / "openapi"),
    "routes": (_routes, None),
    "lifecycles": (_lifecycles, None),
    "rights": (_rights, None),
    "readers": (_readers, None),
    "messages": (_messages, None),
    "catalogues": (_catalogues, None),
}
"""Each kind: what makes the files, and the folder in which there is nothing else."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="docs/generate.py", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="kind", help=f"any of {', '.join(KINDS)}; all of them by default")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    asked = parser.parse_args()
    if unknown := set(asked.kinds) - KINDS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    try:
        wanted, surplus = _wanted(asked.kinds or list(KINDS))
    except Broken as broken:
        print(f"These contracts are refused:\n{broken}\n{_RIGHT}", file=sys.stderr)
        return 1
    stale = sorted(path for path, content in wanted.items() if not path.exists() or path.read_text() != content)
    return _report(stale + surplus) if asked.check else _write({path: wanted[path] for path in stale}, surplus)


def _wanted(kinds: list[str]) -> tuple[Files, list[Path]]:
    """The files that should be there, and those that should not. A frozen schema or sample is never surplus."""
    files: Files = {}
    surplus: list[Path] = []
    for kind in kinds:
        make, folder = KINDS[kind]
        made = make()
        files |= made
        if folder is not None:
            surplus += sorted(path for path in folder.glob("*") if path not in made)
    return files, surplus


def _report(stale: list[Path]) -> int:
    for path in stale:
        print(f"stale: {path.relative_to(ROOT)}", file=sys.stderr)
    if stale:
        print("`make contracts` writes them anew.", file=sys.stderr)
    return 1 if stale else 0


def _write(files: Files, surplus: list[Path]) -> int:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        print(f"wrote {path.relative_to(ROOT)}")
    for path in surplus:
        if path.parent in (SCHEMAS, SAMPLES):
            print(f"{path.relative_to(ROOT)} has no event any more: a published key stays", file=sys.stderr)
        else:
            path.unlink()
            print(f"removed {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
