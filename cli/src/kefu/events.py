"""`kefu events`: what may be published, what it looks like, and what is passing right now."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import aio_pika
import typer
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from kefu.console import errors, say, show_json, show_table
from kefu.contracts import contract, summary
from kefu.example import example
from kefu.surroundings import surroundings
from kefu.trouble import Trouble
from shared import logs
from shared.contracts.catalogue import published
from shared.wire.broker import EVENTS
from shared.wire.envelope import Envelope, Malformed

app = typer.Typer(help="List the events, show one's schema, watch the bus.", no_args_is_help=True, add_completion=False)


@app.command("list")
def list_events(
    publisher: Annotated[str | None, typer.Argument(help="Only what this service or department announces.")] = None,
) -> None:
    """Every event there is, with the fact it states."""
    known = sorted(published().items())
    rows = [(key, summary(event)) for key, event in known if publisher in {None, event.publisher()}]
    if not rows:
        publishers = ", ".join(sorted({event.publisher() for _, event in known}))
        raise Trouble(f"there is no publisher {publisher!r}; there are {publishers}")
    show_table(("event", "fact"), rows)


@app.command("show")
def show_event(
    key: Annotated[str, typer.Argument(help="For example production.production_delayed.v1.")],
    sample: Annotated[bool, typer.Option("--example", help="A message to start from, instead of the schema.")] = False,
) -> None:
    """An event's JSON Schema, or an example of it that `kefu publish` accepts."""
    event = contract(key)
    show_json(example(event).model_dump(mode="json") if sample else event.model_json_schema())


@app.command("tail")
def tail(
    patterns: Annotated[list[str] | None, typer.Argument(help="Keys, with * for a word and # for any words.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    unmasked: Annotated[bool, typer.Option(help="Show numbers, addresses and names as they are.")] = False,
) -> None:
    """Watch events as they pass, until Ctrl-C. Takes nothing away from the services."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(surroundings().need("RABBIT_URL"), patterns or ["#"], count, as_json, unmasked))


async def _watch(url: str, patterns: Sequence[str], count: int | None, as_json: bool, unmasked: bool) -> None:
    seen = 0
    async with _listening(url, patterns) as queue, queue.iterator(no_ack=True) as messages:
        async for message in messages:
            say(_told(message, as_json, unmasked))
            seen += 1
            if seen == count:
                return


@asynccontextmanager
async def _listening(url: str, patterns: Sequence[str]) -> AsyncIterator[AbstractQueue]:
    try:
        connection = await aio_pika.connect(url, timeout=10)
    except (OSError, TimeoutError, aio_pika.exceptions.AMQPError) as error:
        raise Trouble(f"RabbitMQ does not let us in at RABBIT_URL: {logs.masked(repr(error))}") from None
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True, auto_delete=True)
        for pattern in patterns:
            await queue.bind(EVENTS.name, routing_key=pattern)
        errors.print(f"watching {', '.join(patterns)}; Ctrl-C ends it", style="dim", markup=False)
        yield queue


def _told(message: AbstractIncomingMessage, as_json: bool, unmasked: bool) -> str:
    try:
        envelope = Envelope.parse(message.headers, message.body)
        body = json.loads(envelope.body)
    except (Malformed, ValueError) as error:
        return f"{message.routing_key}  not an event of ours: {error}"
    if not unmasked:
        body = logs.without_people(body)
    if as_json:
        about = {name.removeprefix("cloudEvents:"): value for name, value in envelope.headers().items()}
        return json.dumps({**about, "data": body}, ensure_ascii=False)
    who = f"{envelope.actor.kind}:{envelope.actor.id}"
    text = json.dumps(body, ensure_ascii=False)
    return f"{envelope.at:%m-%d %H:%M:%S}  {envelope.key}  {str(envelope.subject)[:8]}  {who}  {text}"
