"""`kefu dead`: what the services could not handle, why, and how to bring it back."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from kefu.api import Api
from kefu.console import say, show_json, show_table
from kefu.surroundings import SERVICES, surroundings
from kefu.trouble import Trouble

app = typer.Typer(
    help="List, show, replay, repair or drop what could not be handled.", no_args_is_help=True, add_completion=False
)

Service = StrEnum("Service", {name: name for name in SERVICES})  # type: ignore[misc]


class State(StrEnum):
    """What may have become of a message."""

    suspect = "suspect"
    parked = "parked"
    dead = "dead"
    dropped = "dropped"
    settled = "settled"


Only = Annotated[Service | None, typer.Option("--service", help="Ask this service only, instead of all five.")]
Id = Annotated[UUID, typer.Argument(help="The id that `kefu dead list` shows.")]
Chosen = Annotated[UUID | None, typer.Argument(help="The id that `kefu dead list` shows.")]
All = Annotated[bool, typer.Option("--all", help="Everything dead that the other options match.")]
Queue = Annotated[str | None, typer.Option(help="Only what failed in this queue.")]
Key = Annotated[str | None, typer.Option(help="Only messages of this event.")]
Code = Annotated[str | None, typer.Option(help="Only this kind of trouble.")]


@app.command("list")
def list_dead(
    service: Only = None,
    state: Annotated[State, typer.Option(help="Parked: will be tried again by itself.")] = State.dead,
    queue: Queue = None,
    key: Key = None,
    code: Code = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many from each service.")] = 50,
) -> None:
    """What is dead, the oldest first."""
    api = Api(surroundings())
    show_table(
        ("id", "since", "queue", "event", "tries", "why"),
        (
            (each["id"], each["first_at"], each["queue"], each["key"], each["attempts"], _why(each))
            for name in _asked(service)
            for each in api.pages(name, "/dead", limit, state=state.value, queue=queue, key=key, code=code)
        ),
    )


@app.command("groups")
def group_dead(service: Only = None) -> None:
    """What is dead, grouped by queue and reason, with who sees to it; what is held says so."""
    api = Api(surroundings())
    show_table(
        ("count", "oldest", "queue", "why", "owner", "note"),
        (
            (group["count"], group["oldest"], group["queue"], _why(group), _owner(group), group.get("note") or "")
            for name in _asked(service)
            for group in api.get(name, "/dead/groups")
        ),
    )


@app.command("mark")
def mark_group(
    service: Annotated[Service, typer.Option("--service", help="The service that has the group.")],
    queue: Annotated[str, typer.Option(help="The queue of the group, as `kefu dead groups` shows it.")],
    code: Annotated[str, typer.Option(help="Its kind of trouble.")],
    owner: Annotated[str | None, typer.Option(help="Who sees to it.")] = None,
    note: Annotated[str | None, typer.Option(help="What is known of it.")] = None,
    hold: Annotated[
        bool, typer.Option("--hold", help="It is known and waits for something; it needs an owner.")
    ] = False,
) -> None:
    """Say who sees to a group, what is known of it, and whether it is held; what is left out holds no longer."""
    wish = {"queue": queue, "code": code, "owner": owner, "note": note, "held": hold}
    Api(surroundings()).post(service.value, "/dead/groups/mark", wish)
    say(f"{queue}, {code}: {'held' if hold else 'not held'}, owner {owner or 'none'}")


@app.command("show")
def show_dead(id: Id, service: Only = None) -> None:
    """One of them with its body, headers, stack and what people did to it."""
    _, found = _locate(Api(surroundings()), id, service)
    show_json(found)


@app.command("rehearse")
def rehearse(
    id: Chosen = None,
    all_of_them: All = False,
    service: Only = None,
    queue: Queue = None,
    key: Key = None,
    code: Code = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many from each service, with --all.")] = 200,
) -> None:
    """What a replay of one would announce, or of all that match would come to. Changes nothing."""
    _one_or_all(id, all_of_them)
    api = Api(surroundings())
    if id is not None:
        name, _ = _locate(api, id, service)
        show_json(api.get(name, f"/dead/{id}/rehearsal")["events"])
        return
    for name in _asked(service):
        found = api.get(name, "/dead/rehearsal", queue=queue, key=key, code=code, limit=limit)
        say(f"{name}: {found['settled']} would settle")
        for problem in found["problems"]:
            say(f"{name}: {problem['count']} would meet {_why(problem)}")


@app.command("replay")
def replay(
    id: Chosen = None,
    all_of_them: All = False,
    service: Only = None,
    queue: Queue = None,
    key: Key = None,
    code: Code = None,
    per_second: Annotated[float, typer.Option(min=0.01, max=1000, help="How fast, with --all.")] = 50,
) -> None:
    """Try one again now, or all that match."""
    _one_or_all(id, all_of_them)
    api = Api(surroundings())
    if id is not None:
        name, _ = _locate(api, id, service)
        api.post(name, f"/dead/{id}/replay")
        say(f"{id} will be tried again by {name}")
        return
    wish = {"queue": queue, "key": key, "code": code}
    wanted = {name: value for name, value in wish.items() if value is not None}
    for name in _asked(service):
        answer = api.post(name, "/dead/replay", {**wanted, "per_second": per_second})
        say(f"{name}: {answer['count']} will be tried again")


@app.command("edit")
def edit(
    id: Id,
    body: Annotated[typer.FileText, typer.Argument(help="The body as it should have been; - is standard input.")],
    service: Only = None,
) -> None:
    """Propose another body; another person has to confirm it."""
    api = Api(surroundings())
    name, _ = _locate(api, id, service)
    edit = api.post(name, f"/dead/{id}/edit", {"body": body.read()})["proposed"]["id"]
    say(f"proposed; another person now looks at `kefu dead show {id}` and says `kefu dead confirm {id} {edit}`")


@app.command("confirm")
def confirm(
    id: Id,
    edit: Annotated[UUID, typer.Argument(help="The proposed edit that you have looked at; `kefu dead show` names it.")],
    service: Only = None,
) -> None:
    """Confirm the body that another person proposed; the message is then tried again."""
    api = Api(surroundings())
    name, _ = _locate(api, id, service)
    api.post(name, f"/dead/{id}/confirm", {"edit": str(edit)})
    say(f"{id} will be tried again by {name}")


@app.command("drop")
def drop(
    id: Id, reason: Annotated[str, typer.Option(help="Why it is not wanted; kept with it.")], service: Only = None
) -> None:
    """Give one up for good. It stays readable, with the reason."""
    api = Api(surroundings())
    name, _ = _locate(api, id, service)
    api.post(name, f"/dead/{id}/drop", {"reason": reason})
    say(f"{id} is dropped")


def _one_or_all(id: UUID | None, all_of_them: bool) -> None:
    if (id is None) is not all_of_them:
        raise Trouble("name one id, or say --all")


def _asked(service: Service | None) -> tuple[str, ...]:
    return (service.value,) if service else SERVICES


def _locate(api: Api, id: UUID, service: Service | None) -> tuple[str, dict[str, Any]]:
    for name in _asked(service):
        found = api.find(name, f"/dead/{id}")
        if found is not None:
            return name, found
    where = service.value if service else "none of the services"
    raise Trouble(f"{where} has {'no ' if service else ''}parked message {id}; `kefu dead list` shows what there is")


def _why(item: dict[str, Any]) -> str:
    return f"{item['code']}: {item['reason']}"


def _owner(group: dict[str, Any]) -> str:
    """Who sees to a group; a service of the release before tells none."""
    return f"{group.get('owner') or ''}{' (held)' if group.get('held') else ''}"
