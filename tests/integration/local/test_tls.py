"""Lines over TLS alone: a fact on its way through them, and servers that prove to be others than they should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPConnectionError
from door_keys import Keys
from front_desk import Department, Heard, desk, ingress_url, open_ingress
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError
from waiting import until

from intake.settings import Settings
from kefu_local.authority import Authority
from kefu_local.lines import Lines
from kefu_local.mongodb import MongoDB
from kefu_local.ports import LOOPBACK
from kefu_local.rabbitmq import RabbitMQ
from kefu_local.servers import CORE, ServerPorts, Servers, in_vhost
from shared.contracts.departments import ProductionCompleted
from shared.testing import SEAL_KEYS
from shared.wire import ingress
from shared.wire.broker import EVENTS, declare, safe_broker

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
FACT = ProductionCompleted(order_no="SO-2026-0412", completed_at=NOW, quantity_ok=24)
UNKNOWN_AUTHORITY = "self-signed certificate|unable to get local issuer certificate"
OTHER_NAME = "mismatch|doesn't match|not valid for"


@dataclass(frozen=True)
class Secured:
    """Servers that listen over TLS alone, and how they are told and reached."""

    servers: Servers
    mongo_at: str
    lines: Lines
    authority: Path
    keys: Keys

    def mongo_url(self, at: str | None = None, authority: Path | None = None) -> str:
        options = self.lines.mongo_options(authority or self.authority)
        return f"mongodb://{at or self.mongo_at}/?tls=true&tlsCAFile={options['tlsCAFile']}"

    def settings(self, vhost: str) -> Settings:
        name = f"test-{uuid4().hex[:12]}"
        places = {
            "mongo_url": self.mongo_url(),
            "mongo_database": name,
            "seal_keys": SEAL_KEYS,
            "rabbit_url": self.servers.rabbit_url,
            "ingress_url": ingress_url(self.servers, vhost, "intake"),
        }
        return Settings.model_validate({**places, **self.keys.settings})


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    authority, lines = Authority(folder / "authority"), Lines(encrypted=True, shown=folder)
    certificate, key = authority.certify("server", [LOOPBACK])
    for name, text in {"tls.crt": certificate, "tls.key": key, "tls.pem": certificate + key}.items():
        (folder / name).write_text(text)
    (folder / "ca.crt").write_text(authority.certificate.read_text())
    (folder / "mongod.conf").write_text(lines.mongod())
    ports = ServerPorts.free()
    rabbit = RabbitMQ(folder / "rabbitmq", ports.rabbit, lines, authority.certificate)
    mongo = MongoDB(folder / "mongodb", ports.mongo, "--config", str(folder / "mongod.conf"))
    mongo.start()
    rabbit.start()
    for vhost in (CORE, ingress.VHOST):
        rabbit.management.create_vhost(vhost)
    core = rabbit.url(CORE)
    at = f"{LOOPBACK}:{ports.mongo}"
    running = Servers(mongo.url, core, in_vhost(core, ingress.VHOST), rabbit.management, rabbit, mongo)
    yield Secured(running, at, lines, authority.certificate, Keys.made_in(folder / "keys"))
    rabbit.management.close()
    for node in (rabbit, mongo):
        node.kill()
        node.stop()


@pytest.fixture
def vhost(secured: Secured) -> str:
    return open_ingress(secured.servers)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of an authority that has certified none of the servers."""
    return Authority(tmp_path_factory.mktemp("stranger")).certificate


async def test_a_departments_fact_goes_over_tls_into_the_database_and_onto_the_bus(
    secured: Secured, vhost: str
) -> None:
    settings = secured.settings(vhost)
    async with (
        desk(settings),
        await aio_pika.connect(secured.servers.rabbit_url) as core,
        await aio_pika.connect(ingress_url(secured.servers, vhost, "production")) as outside,
    ):
        channel = await core.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS.name, "#")
        heard, fresh = Heard(queue), []
        await Department("production", outside).send(FACT.model_dump(mode="json"), FACT.key)

        async def admitted() -> bool:
            fresh.extend(await heard.fresh())
            return bool(fresh)

        await until(admitted, 30)
    assert fresh == [FACT]


@pytest.mark.parametrize("fast_delivery", [True, False])
async def test_rabbitmq_has_to_prove_itself_by_the_right_authority_and_its_own_name(
    secured: Secured, stranger: Path, fast_delivery: bool
) -> None:
    right = secured.servers.rabbit_url
    wrong = {
        right.replace(str(secured.authority), str(stranger)): UNKNOWN_AUTHORITY,
        right.partition("?")[0]: UNKNOWN_AUTHORITY,
        right.replace(LOOPBACK, "localhost"): OTHER_NAME,
        right.replace("amqps://", "amqp://"): "closed|reset|Connection",
    }
    broker = safe_broker(right, "outside", fast_delivery=fast_delivery)
    await broker.connect()
    await declare(broker)
    await broker.stop()
    for url, why in wrong.items():
        with pytest.raises((AMQPConnectionError, ConnectionError), match=why):
            await safe_broker(url, "outside", fast_delivery=fast_delivery).connect()


def test_mongodb_has_to_prove_itself_by_the_right_authority_and_its_own_name(secured: Secured, stranger: Path) -> None:
    with MongoClient[dict[str, object]](secured.mongo_url()) as client:
        assert client.admin.command("ping")["ok"] == 1
    port = secured.mongo_at.partition(":")[2]
    wrong = {
        secured.mongo_url(authority=stranger): UNKNOWN_AUTHORITY,
        secured.mongo_url(f"localhost:{port}"): OTHER_NAME,
        f"mongodb://{secured.mongo_at}": "connection closed",
    }
    for url, why in wrong.items():
        with (
            MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=5000) as client,
            pytest.raises(ServerSelectionTimeoutError, match=why),
        ):
            client.admin.command("ping")
