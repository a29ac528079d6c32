"""How a customer is reached is read by those whose work needs it, by whatever route it is asked."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from shared.contracts.vocabulary import Email, Phone
from shared.http import Readers
from shared.identity.reach import REACH
from shared.service import Service

OTHERWISE = {
    "intake /customers": "the list and the file cover numbers themselves: the owner of a customer reads them whole",
    "intake /enquiries": "who answers a caller has to reach them; the desk alone reads it",
    "intake /visits": "a shop that an account manager found, which may have no file yet",
    "intake /visit-texts": "the same, as it was texted",
}
"""Routes that say how somebody is reached and leave no field out, by the beginning of their path, with the reason."""


DIALLED, POSTED = (TypeAdapter(kind).json_schema()["pattern"] for kind in (Phone, Email))
NAMED_SO = re.compile("mobile|phone|mail|address|tel(?!l)")
COVERED = {
    "address_masked": "of a reply: covered",
    "addresses": "of a message that was sent: covered",
    "mails": "what a month's mails say",
}
"""Fields that are named so and reach no customer, with the reason."""


def patterns(schema: Any) -> set[str]:
    """What the texts of one field have to look like."""
    choices = [schema, *schema.get("anyOf", ())]
    return {each["pattern"] for choice in choices for each in (choice, choice.get("items") or {}) if "pattern" in each}


def said(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a JSON schema, wherever it stands."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for each in schema.values():
            yield from said(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from said(each)


def answers(service: Service) -> Iterator[tuple[str, Readers, dict[str, Any]]]:
    """Each route of the service whose answers say how somebody is reached: its path, its readers, these fields."""
    for route in iter_route_contexts(service.app.routes):
        guards = [each.dependency for each in getattr(route, "dependencies", ())]
        readers = [guard for guard in guards if isinstance(guard, Readers)]
        model = getattr(route, "response_model", None)
        if readers and model is not None:
            fields = dict(said(TypeAdapter(model).json_schema(mode="serialization")))
            if found := {name: schema for name, schema in fields.items() if name in REACH}:
                yield f"{service.name} {route.path}", readers[0], found


def test_each_route_that_says_how_a_customer_is_reached_names_who_reads_it(built_services: tuple[Service, ...]) -> None:
    silent = {path for service in built_services for path, readers, _ in answers(service) if readers.whole is None}
    known = {path for path in silent if any(path.startswith(each) for each in OTHERWISE)}
    assert silent - known == set()
    assert {each for each in OTHERWISE if any(path.startswith(each) for path in known)} == set(OTHERWISE)


def test_what_is_left_out_may_be_null_in_every_answer(built_services: tuple[Service, ...]) -> None:
    fixed = {
        (path, name)
        for service in built_services
        for path, readers, fields in answers(service)
        for name, schema in fields.items()
        if readers.whole is not None and {"type": "null"} not in schema.get("anyOf", ())
    }
    assert fixed == set()


def test_who_reads_it_whole_are_some_of_the_readers(built_services: tuple[Service, ...]) -> None:
    for service in built_services:
        for path, readers, _ in answers(service):
            assert readers.whole is None or readers.whole & set(readers.roles) != set(), path


def test_whatever_reaches_a_customer_by_its_type_or_its_name_is_one_of_these_fields(
    built_services: tuple[Service, ...],
) -> None:
    found = {
        name: f"{service.name} {route.path}"
        for service in built_services
        for route in iter_route_contexts(service.app.routes)
        if (model := getattr(route, "response_model", None)) is not None
        for name, schema in said(TypeAdapter(model).json_schema(mode="serialization"))
        if NAMED_SO.search(name) or any(kind in patterns(schema) for kind in (DIALLED, POSTED))
    }
    assert found.keys() - REACH == COVERED.keys()
    assert found.keys() >= REACH
