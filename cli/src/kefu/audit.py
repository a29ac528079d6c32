"""`kefu audit`: who was refused what, who read personal data, what operators did, in all services."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from kefu.api import Api
from kefu.console import show_table
from kefu.dead import Only
from kefu.surroundings import SERVICES, surroundings

app = typer.Typer(help="Look into the audit trails of the services.", no_args_is_help=True, add_completion=False)


class Kind(StrEnum):
    """What is kept."""

    refused = "refused"
    read = "read"
    act = "act"
    export = "export"


@app.command("list")
def list_audit(
    service: Only = None,
    who: Annotated[str | None, typer.Option(help="Only this person or department.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only entries of this kind.")] = None,
    hours: Annotated[float, typer.Option(min=0, help="How far back.")] = 24.0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many from each service.")] = 100,
) -> None:
    """The latest entries of every service, in order of time."""
    api = Api(surroundings())
    since = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    entries = [
        (each["at"], name, each["kind"], each["who"], f"{each['method']} {each['path']}", each["status"], each["code"])
        for name in ([service.value] if service else SERVICES)
        for each in api.pages(name, "/audit", limit, who=who, kind=kind.value if kind else None, since=since)
    ]
    show_table(("at", "service", "kind", "who", "what", "status", "code"), sorted(entries))
