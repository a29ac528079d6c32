"""Every listener understands every message it may be sent: the frozen samples, as they go over the wire."""

import json
from pathlib import Path

import pytest

from shared.aggregate import NotFound
from shared.contracts.catalogue import published
from shared.subscriptions import Subscription
from shared.wire.envelope import Envelope
from shared.wire.message import Message

SAMPLES = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "samples").glob("*.json")}
KEYS = sorted(SAMPLES)
BEGINNINGS = (
    "intake.customer_registered.v1",
    "intake.order_placed.v1",
    "orders.contract_signed.v1",
    "complaints.complaint_filed.v1",
    "aftersales.service_order_opened.v1",
)
"""What makes a service know the customer, the order, the case that the samples are about."""
PARKED = {
    "aftersales.on.aftersales.service_contract_named.v1",
    "aftersales.on.aftersales.service_order_called_off.v1",
    "aftersales.on.aftersales.service_order_opened.v1",
    "aftersales.on.aftersales.service_request_registered.v1",
    "aftersales.on.aftersales.service_visit_completed.v1",
    "aftersales.on.finance.service_charge_received.v1",
    "intake.on.intake.callback_waived.v1",
    "intake.on.intake.campaign_started.v1",
    "intake.on.intake.customer_assigned.v1",
    "intake.on.intake.specialist_assigned.v1",
    "intake.on.intake.visit_reported.v1",
    "intake.on.sales.order_withdrawn.v1",
    "complaints.on.warehouse.return_received.v1",
}
"""The listeners that park their sample, because none of the beginnings makes what it is about. Every other takes it."""


def subscriptions(services, key):
    return [
        (service, listener)
        for service in services
        for listener in service.listeners
        if isinstance(listener, Subscription) and listener.event.key == key
    ]


async def react(service, subscription, sample):
    """What a service announces when it gets the sample; a fact about something it does not know yet is parked."""
    message = Message(
        subscription.queue, subscription.event.key, sample["headers"], json.dumps(sample["body"]).encode()
    )
    before = len(service.plumbing.database.published)
    try:
        cause, touches = await subscription.hear(message)
        for touch in touches:
            await service.plumbing.database.group_commit.commit(cause, touch)
    except NotFound:
        return None
    return service.plumbing.database.published[before:]


def test_every_published_event_has_a_sample():
    assert sorted(published()) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_sample_is_a_whole_message_of_its_event(key):
    headers, body = SAMPLES[key]["headers"], SAMPLES[key]["body"]
    envelope = Envelope.parse(headers, json.dumps(body).encode())
    event = published()[key].model_validate(body)
    assert (envelope.key, envelope.source) == (key, published()[key].publisher())
    assert envelope.headers() == headers
    assert event.model_dump(mode="json", exclude_unset=True) == body


@pytest.mark.parametrize("key", KEYS)
def test_a_sample_survives_the_wire(key):
    event = published()[key].model_validate(SAMPLES[key]["body"])
    assert published()[key].model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("key", KEYS)
async def test_every_listener_understands_the_sample_about_something_that_it_knows(key, services):
    for beginning in BEGINNINGS:
        for service, subscription in subscriptions(services, beginning):
            await react(service, subscription, SAMPLES[beginning])

    listening = subscriptions(services, key)
    parked = [listener.queue for service, listener in listening if await react(service, listener, SAMPLES[key]) is None]

    assert parked == [listener.queue for _, listener in listening if listener.queue in PARKED]


@pytest.mark.parametrize("key", KEYS)
async def test_a_sample_that_comes_again_changes_nothing(key, services):
    for service, subscription in subscriptions(services, key):
        first = await react(service, subscription, SAMPLES[key])
        again = await react(service, subscription, SAMPLES[key])
        assert again == (None if first is None else ())
