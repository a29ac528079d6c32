"""Who announces what and who listens: one publisher a key, a known key a listener, a reason for silence."""

import re
from pathlib import Path

from intake.domain.parts.service_answer import LISTENERS
from kefu.example import example
from shared.contracts.catalogue import OUTSIDE, contracts, published
from shared.subscriptions import Subscription

ROOT = Path(__file__).parents[2]
SERVICES = {"intake", "orders", "complaints", "aftersales", "notify"}
DEPARTMENTS = {"sales", "design", "production", "warehouse", "engineering", "finance"}
MANDATORY = {
    "intake.order_placed.v1": "OrderPlaced",
    "orders.shipment_delayed.v1": "ShipmentDelayed",
    "complaints.complaint_filed.v1": "ComplaintFiled",
    "aftersales.warranty_checked.v1": "WarrantyChecked",
}


def heard(services):
    return [
        (service.name, each) for service in services for each in service.listeners if isinstance(each, Subscription)
    ]


def home(event):
    """The publisher in whose file an event is written."""
    return event.__module__.removeprefix("shared.contracts.").split(".")[0]


def test_the_four_events_that_everything_began_with_are_there():
    assert {key: published()[key].__name__ for key in MANDATORY} == MANDATORY


def test_each_key_has_the_one_publisher_in_whose_file_it_is_written():
    expected = {
        key: "departments" if event.publisher() in DEPARTMENTS else event.publisher()
        for key, event in published().items()
    }
    assert {key: home(event) for key, event in published().items()} == expected
    assert {event.publisher() for event in published().values()} == SERVICES | DEPARTMENTS


def test_every_event_says_in_a_sentence_what_happened():
    silent = [key for key, event in published().items() if not re.match(r"[A-Z].{20,}", event.__doc__ or "")]
    assert silent == []


def test_the_name_of_an_event_contains_the_words_of_its_key():
    words = {key: set(re.findall(r"[A-Z][a-z]+", event.__name__)) for key, event in published().items()}
    strange = {
        key for key, found in words.items() if not {each.capitalize() for each in key.split(".")[1].split("_")} <= found
    }
    assert strange == set()


def test_a_service_listens_over_a_queue_that_carries_its_name_and_the_key(services):
    queues = {(name, each.queue, each.event.key) for name, each in heard(services)}
    assert {queue for _, queue, _ in queues} == {f"{name}.on.{key}" for name, _, key in queues}


def test_every_listener_listens_to_a_contract_and_the_list_says_who_waits_for_one_that_is_not_announced_yet(services):
    keys = {each.event.key for _, each in heard(services)}
    waiting = {
        " ".join((key, *sorted({name for name, each in heard(services) if each.event.key == key})))
        for key in contracts().keys() - published().keys()
    }
    assert keys <= contracts().keys()
    assert waiting == set((ROOT / "tests" / "contract" / "not_announced.txt").read_text().splitlines())


def test_departments_are_told_of_the_services_that_hear_their_facts(services):
    hearing = {}
    for name, each in heard(services):
        if home(each.event) == "departments":
            hearing.setdefault(each.event.key, set()).add(name)
    assert {key: set(names) for key, names in LISTENERS.items()} == hearing


def test_every_listener_says_in_a_sentence_why_it_listens(services):
    assert [each.queue for _, each in heard(services) if not each.react.__doc__] == []


def test_an_event_without_a_listener_says_whom_it_is_for(services):
    listened = {each.event.key for _, each in heard(services)}
    assert sorted(published().keys() - listened - OUTSIDE.keys()) == []


def test_an_orders_id_follows_from_its_number_in_every_example():
    for event in published().values():
        fact = example(event)
        if getattr(fact, "order_no", None) == "SO-2026-0412" and getattr(fact, "order_id", None):
            assert str(fact.order_id) == "a8595e49-8814-57f3-be41-a4f2c7105380"
