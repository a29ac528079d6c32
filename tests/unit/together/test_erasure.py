"""A customer who is erased is named in no service any more, and the books of every service stay as they were."""

import importlib
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from kefu.example import example
from shared.aggregate import NotFound, Refused
from shared.contracts.intake import CustomerErased, OrderPlaced
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CUSTOMER = UUID(int=7)
PSEUDONYM = "客户-00000000"
ERASED = CustomerErased(customer_id=CUSTOMER, pseudonym=PSEUDONYM, legal_basis="个人信息保护法第四十七条")
SNAPSHOT = CustomerSnapshot(
    customer_id=CUSTOMER,
    name="明镜眼镜店",
    contact_name="陈小明",
    title="陈店长",
    mobile="13711112222",
    email="chen@mingjing.example",
)
PERSONAL = ("明镜眼镜店", "陈小明", "陈店长", "13711112222", "chen@mingjing", "天河路 208 号")
SERVICES = ("aftersales", "complaints", "intake", "notify", "orders")


def service_of(name):
    settings = nowhere(importlib.import_module(f"{name}.settings").Settings)
    return World(importlib.import_module(f"{name}.app").service(settings, in_memory(name, settings, at=NOW)))


def about_the_customer(event):
    """The example of an event as if it had happened to this customer, who is called by name in its texts."""
    said = json.loads(event.model_dump_json())
    for name in ("customer", "customer_id"):
        if said.get(name):
            said[name] = SNAPSHOT.model_dump(mode="json") if name == "customer" else str(CUSTOMER)
    said |= {name: "天河路 208 号" for name in ("site_address", "address") if said.get(name)}
    said |= {name: SNAPSHOT.mobile for name in ("mobile",) if said.get(name)}
    said |= {name: f"{SNAPSHOT.contact_name}说：门有异响" for name in ("content", "text", "detail") if said.get(name)}
    said |= {name: SNAPSHOT.name for name in ("customer_name", "shop_name") if said.get(name)}
    if "contacts" in said:
        said["name"], said["contacts"] = SNAPSHOT.name, [{"name": "陈小明", "mobile": SNAPSHOT.mobile}]
    return type(event).model_validate(said)


def names_a_customer(kind):
    field = kind.model_fields.get("customer")
    return "customer_id" in kind.model_fields or (field and "CustomerSnapshot" in str(field.annotation))


async def hears_all(world):
    """The service hears one of everything that names the customer, as far as it means something to it."""
    heard = 0
    listened = {each.event for each in world.service.subscriptions} - {CustomerErased}
    for kind in sorted(listened, key=lambda kind: (kind is not OrderPlaced, kind.key)):
        if not names_a_customer(kind):
            continue
        try:
            await world.hear(about_the_customer(example(kind)))
        except (Refused, NotFound):
            continue
        heard += 1
    return heard


def kept(world):
    """All that the service keeps, as one text per document."""
    return {
        (name, id): json.dumps(document.state, ensure_ascii=False)
        for name, documents in world.database.collections.items()
        for id, document in documents.rows.items()
        if name not in ("audit", "duties")
    }


@pytest.mark.requirement("R171.a")
@pytest.mark.parametrize("name", SERVICES)
async def test_no_document_of_a_service_names_an_erased_customer(name):
    world = service_of(name)
    assert await hears_all(world)
    assert any(SNAPSHOT.name in text for text in kept(world).values())

    await world.hear(ERASED)

    assert {where: word for where, text in kept(world).items() for word in PERSONAL if word in text} == {}
    assert any(PSEUDONYM in text for text in kept(world).values())


async def test_what_waits_to_be_sent_to_an_erased_customer_is_not_sent():
    world = service_of("notify")
    await hears_all(world)
    notifications = world.database.collections["notifications"].rows.values()
    waiting = [each.id for each in notifications if each.state["customer_id"] == str(CUSTOMER)]
    assert waiting

    await world.hear(ERASED)

    rows = world.database.collections["notifications"].rows
    assert {rows[id].state["stage"] for id in waiting} == {"suppressed"}
