"""`kefu verify`: whether what the services have stored is what they left, down to the document and its version."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from kefu.api import Api
from kefu.console import errors, say, show_table
from kefu.dead import Only
from kefu.dossier import MANIFEST, flaws
from kefu.surroundings import SERVICES, surroundings

app = typer.Typer(help="Verify that no stored record was tampered with.", add_completion=False)


@app.callback(invoke_without_command=True)
def verify(
    service: Only = None,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    dossier: Annotated[Path | None, typer.Option(help="Only this folder that `kefu dossier` has made.")] = None,
) -> None:
    """Every document of every collection against its seal and the last checkpoint. Exit code 1 when one is wrong.

    The last line of each service names its last checkpoint: written down elsewhere, number and code prove later that
    the checkpoints before it were not made anew. A dossier's files are held against its manifest; no service is asked.
    """
    if dossier is not None:
        _verify_dossier(dossier)
        return
    api = Api(surroundings())
    findings: list[tuple[Any, ...]] = []
    for name in [service.value] if service else SERVICES:
        findings += _verified(api, name, collection)
    if findings:
        show_table(("service", "collection", "record", "version", "what is wrong"), findings)
        raise typer.Exit(1)
    say("Everything is as it was left.")


def _verify_dossier(folder: Path) -> None:
    wrong = flaws(folder)
    code = sha256((folder / MANIFEST).read_bytes()).hexdigest()
    if wrong:
        show_table(("file", "what is wrong"), wrong)
        raise typer.Exit(1)
    say(f"Every file is as it was written; SHA-256 of {MANIFEST} {code}")


def _verified(api: Api, service: str, only: str | None) -> Iterator[tuple[Any, ...]]:
    seals = api.get(service, "/seals")
    found = [*seals["findings"], *map(_earlier, seals["reported"])]
    began, documents = perf_counter(), 0
    for collection in [only] if only else seals["collections"]:
        for part in parts(api, service, collection):
            found += part["findings"]
            documents += part["documents"]
            errors.print(f"{service}: {documents} documents, {collection}", end="\r", markup=False)
    last = seals["checkpoint"]
    named = f"checkpoint {last['number']} of {last['at']}, code {last['code']}" if last else "no checkpoint yet"
    say(f"{service}: {documents} documents in {perf_counter() - began:.1f} s; {named}")
    for each in found:
        yield service, each["collection"], each["record"], each["version"], each["flaw"]


def parts(api: Api, service: str, collection: str) -> Iterator[Any]:
    """A whole collection, part by part: how many documents it has and what was found."""
    after: str | None = None
    while True:
        part = api.get(service, "/seals/verification", collection=collection, after=after)
        yield part
        after = part["next"]
        if after is None:
            return


def _earlier(reported: dict[str, Any]) -> dict[str, Any]:
    """What a scheduled check has found: told even when nothing of it is to be seen any more."""
    return {**reported, "flaw": f"{reported['flaw']} (found {reported['found_at']})"}
