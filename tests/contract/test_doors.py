"""Each decision of a person has one door, named after it: what `possible` shows is where it is made."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_args

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import iter_route_contexts
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from shared.http import Allowed, View
from shared.lifecycle import Lifecycle
from shared.service import Service

THINGS = {
    ("aftersales", "service request"): "/service-requests/{request_id}",
    ("aftersales", "service order"): "/service-orders/{service_order_id}",
    ("aftersales", "internal service order"): "/service-orders/{service_order_id}",
    ("aftersales", "settlement"): "/settlements/{month}",
    ("complaints", "complaint"): "/complaints/{complaint_id}",
    ("complaints", "allowance"): "/allowances/{allowance_id}",
    ("complaints", "goods return"): "/returns/{return_id}",
    ("complaints", "penalty"): "/penalties/{penalty_id}",
    ("complaints", "corrective action"): "/corrective-actions/{action_id}",
    ("complaints", "monthly review"): "/reviews/{month}",
    ("intake", "customer's file"): "/customers/{customer_id}",
    ("intake", "enquiry"): "/enquiries/{enquiry_id}",
    ("intake", "quote"): "/quotes/{quote_id}",
    ("intake", "design intake"): "/design-intakes/{design_intake_id}",
    ("intake", "campaign"): "/campaigns/{campaign_id}",
    ("intake", "problem"): "/problems/{problem_id}",
    ("intake", "fine"): "/fines/{fine_id}",
    ("intake", "visit text"): "/visit-texts/{text_id}",
    ("intake", "project"): "/projects/{project_id}",
    ("intake", "callback"): "/callbacks/{callback_id}",
    ("intake", "fact"): "/facts/{event_id:path}",
    ("intake", "itinerary"): "/itineraries/{itinerary_id}",
    ("intake", "order"): "/orders/{order_id}",
    ("intake", "showroom visit"): "/showroom-visits/{visit_id}",
    ("intake", "survey"): "/surveys/{survey_id}",
    ("intake", "visit plan"): "/visit-plans/{visit_id}",
    ("intake", "work report"): "/reports/{report_id}",
    ("notify", "notification"): "/notifications/{notification_id}",
    ("notify", "slip"): "/slips/{slip_id}",
    ("notify", "duty to tell the customer"): "/unreached/{unreached_id}",
    ("orders", "standard order"): "/orders/{order_id}",
    ("orders", "custom order"): "/orders/{order_id}",
    ("orders", "stock order"): "/orders/{order_id}",
    ("orders", "exception"): "/exceptions/{exception_id}",
    ("orders", "disposal"): "/disposals/{disposal_id}",
    ("orders", "stock check"): "/stock-checks/{check_id}",
    ("orders", "cost"): "/costs/{cost_id}",
}
"""Where each aggregate with a table is asked for: the address below which its decisions are made."""

BIRTHS = {
    "/orders/{order_id}/take": "/orders",
    "/service-requests/{request_id}/open-service-order": "/service-orders",
}
"""Decisions by which something is born, in the list in which it then stands."""


class Door(NamedTuple):
    """One POST route: its path, the name of its function, and whom it lets in."""

    path: str
    function: str
    roles: frozenset[str]


class Made(NamedTuple):
    """A decision that a person makes: its door, and who by the table; empty where the policy says so."""

    decision: str
    path: str
    roles: frozenset[str]


@pytest.fixture(scope="module", params=["aftersales", "complaints", "intake", "notify", "orders"])
def service(request: pytest.FixtureRequest, built_services: tuple[Service, ...]) -> Service:
    return next(each for each in built_services if each.name == request.param)


def routes(service: Service, method: str) -> list[Any]:
    """The routes of a service's own API that are asked with this method, not those that every service has."""
    return [
        route
        for route in iter_route_contexts(service.app.routes)
        if method in (route.methods or ()) and route.endpoint.__module__.startswith(f"{service.name}.api.")
    ]


def doors(service: Service) -> list[Door]:
    return [Door(route.path, route.name, frozenset(roles(route.dependencies))) for route in routes(service, "POST")]


def roles(dependencies: Iterable[Any]) -> Iterator[str]:
    for each in dependencies:
        if isinstance(each.dependency, Allowed):
            yield from map(str, each.dependency.roles)


def tables(service: Service) -> Iterator[Lifecycle[Any, Any]]:
    """The tables of a service: each by its name in `domain/lifecycle.py`, or all of a mapping."""
    for each in vars(importlib.import_module(f"{service.name}.domain.lifecycle")).values():
        for table in each.values() if isinstance(each, Mapping) else [each]:
            if isinstance(table, Lifecycle):
                yield table


def made_by_people(service: Service) -> dict[str, Made]:
    """Every decision of every table that a person makes, by the path of its door."""
    found: dict[str, Made] = {}
    for table in tables(service):
        for decision, moves in table.moves.items():
            if any(move.by or move.by_policy for move in moves):
                path = f"{THINGS[service.name, table.noun]}/{decision.replace('_', '-')}"
                known = found.get(path, Made(decision, path, frozenset()))
                found[path] = known._replace(roles=known.roles | {str(role) for role in table.roles(decision)})
    return found


def test_every_table_is_of_something_that_can_be_asked_for(service: Service) -> None:
    assert {(service.name, table.noun) for table in tables(service)} == {
        key for key in THINGS if key[0] == service.name
    }


def test_every_decision_of_a_person_has_one_door_that_is_named_after_it(service: Service) -> None:
    paths = [door.path for door in doors(service)]
    wanted = [BIRTHS.get(path, path) for path in made_by_people(service)]
    assert wanted
    assert {path: paths.count(path) for path in wanted} == dict.fromkeys(wanted, 1)


def test_below_a_thing_with_a_table_stand_only_its_decisions(service: Service) -> None:
    things = {thing for (name, _), thing in THINGS.items() if name == service.name}
    below = {door.path for door in doors(service) if any(door.path.startswith(f"{thing}/") for thing in things)}
    assert below - made_by_people(service).keys() == OTHERS & below


OTHERS = {
    "/complaints/{complaint_id}/what-if",
    "/complaints/{complaint_id}/propose-penalty",
    "/customers/{customer_id}/contacts",
    "/customers/{customer_id}/contacts/{contact_id}/correct",
}
"""A question that has a body; the birth of a penalty, also after its case is closed; a customer's log of talks, an
aggregate of its own."""


def test_a_door_lets_in_whom_the_table_names(service: Service) -> None:
    made = made_by_people(service)
    wrong = {
        door.path: door.roles ^ made[door.path].roles
        for door in doors(service)
        if door.path in made and made[door.path].roles and door.roles != made[door.path].roles
    }
    assert wrong == {}


def test_the_function_behind_a_door_has_the_words_of_its_decision(service: Service) -> None:
    """In their order, with the thing between or after them: `file_allowance_copy` is `file_copy`."""
    made = made_by_people(service)
    others = {
        f"{door.path} {door.function}"
        for door in doors(service)
        if door.path in made and not in_order(made[door.path].decision.split("_"), door.function.split("_"))
    }
    assert others == set()


def in_order(words: list[str], among: list[str]) -> bool:
    rest = iter(among)
    return all(word in rest for word in words)


def test_what_reads_one_thing_shows_it(service: Service) -> None:
    """`show_order`, `show_order_clocks`; what has many lists, counts or downloads them."""
    ones = [
        route.name
        for route in routes(service, "GET")
        if route.path.endswith("/clocks") or route.path.rpartition("/")[2].startswith("{")
    ]
    assert ones
    assert [name for name in ones if not name.startswith("show_")] == []


def test_what_a_door_answers_with_is_a_view_and_no_part_of_a_state_or_a_policy(service: Service) -> None:
    """What is kept may change its form with the next release; what clients read may not."""
    strange = {
        f"{path} answers with {model.__module__}.{model.__name__}"
        for path, route in ((each.path, each) for method in ("GET", "POST") for each in routes(service, method))
        for model in answered(getattr(route, "response_model", None))
        if not issubclass(model, View)
    }
    assert strange == set()


def answered(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an answer is made of at its top: itself, or what it is a list of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from answered(each)


def test_a_moment_that_a_door_takes_can_be_reckoned_with_in_every_zone(service: Service) -> None:
    """A year at the edge of the calendar has no UTC: what stores or compares it would break."""
    loose = {
        f"{route.path} {name}"
        for route in iter_route_contexts(service.app.routes)
        if hasattr(route, "dependant")
        for name, field in taken(route)
        if datetime in kinds(field.annotation) and any(accepts(field, moment) for moment in BEYOND)
    }
    assert loose == set()


BEYOND = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00")


def taken(route: Any) -> Iterator[tuple[str, FieldInfo]]:
    """What a route takes: the parameters of its address, and every field of its body at any depth."""
    yield from ((each.alias, each.field_info) for each in get_flat_params(route.dependant))
    waiting = [model for each in route.dependant.body_params for model in answered(each.field_info.annotation)]
    known: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model not in known:
            known.add(model)
            yield from ((f"{model.__name__}.{name}", field) for name, field in model.model_fields.items())
            waiting += [inner for field in model.model_fields.values() for inner in answered(field.annotation)]


def kinds(annotation: Any) -> set[Any]:
    """Every type that an annotation is made of; a moment with a zone counts as a moment."""
    found = {datetime if annotation is AwareDatetime else annotation} if isinstance(annotation, type) else set()
    return found.union(*(kinds(each) for each in get_args(annotation)))


def accepts(field: FieldInfo, value: str) -> bool:
    annotated: Any = Annotated[(field.annotation, None, *field.metadata)]
    try:
        TypeAdapter(annotated).validate_python(value)
    except ValidationError:
        return False
    return True


def test_a_whole_number_that_a_door_takes_is_one_that_is_kept(service: Service) -> None:
    """Each has a bound: no database keeps any number, and what is asked for beyond it is refused at the door.

    A department's fact has the bounds of its contract, and is refused when it cannot be kept.
    """
    document = service.app.openapi()
    parts = document["components"]["schemas"]
    asked = [
        (f"{method} {path}", each)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if not path.startswith("/facts")
        for each in (said.get("requestBody", {}), *(part["schema"] for part in said.get("parameters", ())))
    ]
    assert sorted({at for door, each in asked for at in _unbounded(each, door, parts, frozenset())}) == []


def _unbounded(schema: Any, at: str, parts: Mapping[str, Any], above: frozenset[str]) -> Iterator[str]:
    """Where a whole number without a largest one may stand in what this schema allows."""
    if isinstance(schema, list):
        for each in schema:
            yield from _unbounded(each, at, parts, above)
    elif isinstance(schema, dict):
        if schema.get("type") == "integer" and "maximum" not in schema:
            yield at
        part = schema.get("$ref", "").rpartition("/")[2]
        if part and part not in above:
            yield from _unbounded(parts[part], f"{at} {part}", parts, above | {part})
        for name, each in schema.items():
            yield from _unbounded(each, f"{at}.{name}" if isinstance(each, dict) else at, parts, above)
