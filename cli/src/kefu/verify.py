"""`kefu verify`: whether what the services have stored is what they left, down to the document and its version."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from kefu.api import Api
from kefu.console import errors, say, show_table
from kefu.dead import Only, Service
from kefu.dossier import MANIFEST, flaws
from kefu.surroundings import SERVICES, surroundings

app = typer.Typer(help="Verify that no stored record was tampered with.", add_completion=False)


@app.callback(invoke_without_command=True)
def verify(
    context: typer.Context,
    service: Only = None,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    dossier: Annotated[Path | None, typer.Option(help="Only this folder that `kefu dossier` has made.")] = None,
) -> None:
    """Every document of every collection against its seal and the last checkpoint. Exit code 1 when one is wrong.

    The last line of each service names its last checkpoint: written down elsewhere, number and code prove later that
    the checkpoints before it were not made anew. The line before it counts the documents of each sealing key.
    A dossier's files are held against its manifest; no service is asked.
    """
    if context.invoked_subcommand:
        return
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


@app.command("accept-restored")
def accept_restored(
    service: Annotated[Service, typer.Argument(help="The service whose database was restored.")],
    backup: Annotated[str, typer.Option(help="Which backup: its name and the moment it was taken.")],
    reason: Annotated[str, typer.Option(help="Why it was restored.")],
    code: Annotated[str, typer.Option(help="The code of the last checkpoint, as `kefu verify` told it just now.")] = "",
) -> None:
    """Propose to accept what is in a service's database as a restored backup. Another operator confirms it."""
    wish = {"backup": backup, "reason": reason, "code": code}
    waits = Api(surroundings()).post(service.value, "/seals/acceptance", wish)["proposed"]
    say(f"{service.value}: {_confirmed_with(service.value, waits)}")


@app.command("confirm-restored")
def confirm_restored(
    service: Annotated[Service, typer.Argument(help="The service whose database was restored.")],
    proposal: Annotated[str, typer.Argument(help="What another operator has proposed, as `kefu verify` shows it.")],
) -> None:
    """Confirm that a service's database holds a restored backup: verification begins anew with it.

    Within a minute the service makes a checkpoint of what is there, which names who accepted it and why.
    """
    Api(surroundings()).post(service.value, "/seals/acceptance/confirm", {"proposal": proposal})
    say(f"{service.value}: its next check, within a minute, begins anew with what is there")


def _verified(api: Api, service: str, only: str | None) -> Iterator[tuple[Any, ...]]:
    seals = api.get(service, "/seals")
    found = [*seals["findings"], *(_earlier(each) for each in seals["reported"] if not each["accepted"])]
    began, documents = perf_counter(), 0
    keys: Counter[str] = Counter()
    for collection in [only] if only else seals["collections"]:
        for part in parts(api, service, collection):
            found += part["findings"]
            documents += part["documents"]
            keys.update(part["keys"])
            if errors.is_terminal:
                errors.print(f"{service}: {documents} documents, {collection}", end="\r", markup=False)
    for said in _begun_anew(service, seals):
        say(f"{service}: {said}")
    say(f"{service}: sealed {', '.join(f'with {key}: {count}' for key, count in keys.most_common()) or 'nothing'}")
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


def _begun_anew(service: str, seals: dict[str, Any]) -> Iterator[str]:
    """Since when verification says nothing of what was before."""
    if accepted := seals["accepted"]:
        told = accepted["acceptance"]
        earlier = sum(each["accepted"] for each in seals["reported"])
        yield (
            f"verification begins at checkpoint {accepted['checkpoint']}: {_hands(told)} accepted a restored backup"
            f" on {told['at']} ({told['backup']}; {told['reason']}); {earlier} findings of before are accepted with it"
        )
    if proposed := seals["proposed"]:
        told = proposed["acceptance"]
        yield (
            f"{told['by']['id']} proposes to accept a restored backup ({told['backup']}; {told['reason']});"
            f" {_confirmed_with(service, proposed)}"
        )
    if seals["accepting"]:
        yield "a restored backup has been accepted; its next check, within a minute, begins anew"


def _confirmed_with(service: str, proposed: dict[str, Any]) -> str:
    return f"another operator confirms it with `kefu verify confirm-restored {service} {proposed['id']}`"


def _hands(acceptance: dict[str, Any]) -> str:
    """Both operators, where there were two."""
    return " and ".join(each["id"] for each in (acceptance["by"], acceptance["confirmed_by"]) if each)


def _earlier(reported: dict[str, Any]) -> dict[str, Any]:
    """What a scheduled check has found: told even when nothing of it is to be seen any more."""
    return {**reported, "flaw": f"{reported['flaw']} (found {reported['found_at']})"}
