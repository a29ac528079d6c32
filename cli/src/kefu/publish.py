"""`kefu publish`: hold a fact against its contract and send it, as a department or, with --admin, as any of them."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import aio_pika
import httpx
import typer

from kefu.api import refusal
from kefu.console import say
from kefu.contracts import fact
from kefu.surroundings import Surroundings, surroundings
from kefu.times import company_zone, moment
from kefu.trouble import Trouble
from shared import logs
from shared.contracts.event import Actor, Event
from shared.wire import ingress
from shared.wire.broker import EVENTS, properties
from shared.wire.envelope import Envelope

_PATIENCE = 15.0
"""Seconds until a publishing counts as failed."""


app = typer.Typer(add_completion=False)


@app.command()
def publish(
    key: Annotated[str, typer.Argument(help="For example production.production_delayed.v1.")],
    file: Annotated[Path, typer.Argument(help="The fact as JSON; - is standard input.", allow_dash=True)] = Path("-"),
    id: Annotated[UUID | None, typer.Option(help="The message's id; the same id again has no second effect.")] = None,
    at: Annotated[str | None, typer.Option(help="When it happened; now, by the services' time.")] = None,
    http: Annotated[bool, typer.Option("--http", help="Over intake's HTTP door instead of RabbitMQ.")] = False,
    admin: Annotated[bool, typer.Option("--admin", help="Straight onto the bus, past the gateway.")] = False,
    subject: Annotated[UUID | None, typer.Option(help="With --admin: the aggregate it happened to.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only hold it against its contract; send nothing.")] = False,
) -> None:
    """Check a fact and send it: a department's through its own door, a service's only with --admin."""
    event = fact(key, _text(file))
    if check:
        say(f"this is a right {key}")
        return
    around = surroundings()
    when = moment(at, company_zone(around)) if at else around.time().now()
    envelope = _envelope(event, id or uuid4(), subject, when)
    door = _door(event, http, admin)
    door(around, envelope)
    say(f"sent {key} as {envelope.id}")


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if file == Path("-") else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} cannot be read: {error}") from None


def _envelope(event: Event, id: UUID, subject: UUID | None, at: datetime) -> Envelope:
    publisher = event.publisher()
    department = publisher in ingress.departments()
    kind: Any = "department" if department else "service"
    return Envelope(
        id=id,
        key=event.key,
        subject=subject or id,
        sequence=0,
        at=at.astimezone(UTC),
        correlation=id,
        causation=id,
        actor=Actor(kind=kind, id=publisher, role=publisher if department else None),
        traceparent=None,
        body=event.model_dump_json(exclude_none=department),
    )


def _door(event: Event, http: bool, admin: bool) -> Callable[[Surroundings, Envelope], None]:
    if admin:
        return _onto_the_bus
    if event.publisher() in ingress.departments():
        return _over_http if http else _through_the_ingress
    raise Trouble(
        f"{event.key} is announced by the service {event.publisher()} itself; to forge one for a test or a repair, "
        "say --admin and name the aggregate with --subject"
    )


def _over_http(around: Surroundings, envelope: Envelope) -> None:
    key = around.need(f"{envelope.source.upper()}_API_KEY")
    url = around.service_url("intake")
    about = {"specversion": "1.0", "id": str(envelope.id), "type": envelope.key, "source": envelope.source}
    told = {**about, "time": envelope.at.isoformat(), "data": json.loads(envelope.body)}
    headers = {"X-API-Key": key, "Content-Type": "application/cloudevents+json"}
    try:
        answer = httpx.post(
            f"{url}/facts", content=json.dumps(told).encode(), headers=headers, timeout=_PATIENCE, trust_env=False
        )
    except httpx.HTTPError as error:
        raise Trouble(f"intake does not answer at {url}: {error or type(error).__name__}") from None
    if answer.is_error:
        raise Trouble(f"intake refuses it: {refusal(answer)}")


def _through_the_ingress(around: Surroundings, envelope: Envelope) -> None:
    department = envelope.source
    url = around.need(f"{department.upper()}_INGRESS_URL")
    user = unquote(urlsplit(url).username or "")
    asyncio.run(_send(url, ingress.entrance(department), envelope, user_id=user))


def _onto_the_bus(around: Surroundings, envelope: Envelope) -> None:
    asyncio.run(_send(around.need("RABBIT_URL"), EVENTS.name, envelope, user_id=None))


async def _send(url: str, exchange: str, envelope: Envelope, user_id: str | None) -> None:
    """Returns when the broker has confirmed the message."""
    sent = properties(envelope)
    sent.user_id = user_id
    try:
        async with asyncio.timeout(_PATIENCE), await aio_pika.connect(url) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            underlay = await channel.get_underlay_channel()
            await underlay.basic_publish(
                envelope.body.encode(), exchange=exchange, routing_key=envelope.key, properties=sent, mandatory=True
            )
    except (OSError, TimeoutError, aio_pika.exceptions.AMQPError) as error:
        raise Trouble(f"RabbitMQ did not take it at {exchange}: {logs.masked(repr(error))}") from None
