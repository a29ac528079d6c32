"""The API's document as generated clients need it: problems as what they are, short operation ids."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from shared.contracts.event import AMOUNT
from shared.problems import schemas as schemas_of_problems


def operation_id(route: APIRoute) -> str:
    """The name of the route's function, followed by its subject where it is one word: `show` becomes `show_orders`."""
    subject = str(route.tags[0]).replace(" ", "_").replace("-", "_") if route.tags else ""
    return route.name if "_" in route.name or not subject else f"{route.name}_{subject}"


def documented(app: FastAPI, written: Callable[..., dict[str, Any]] = get_openapi) -> FastAPI:
    """The same app, whose document says what its answers really are. Two routes of one name are an error.

    Making the document takes a second or two of processor: it is made once, and others are served meanwhile. It begins
    as FastAPI has `written` it.
    """

    making = Lock()

    def openapi() -> dict[str, Any]:
        with making:
            if app.openapi_schema is None:
                app.openapi_schema = _document(app, written)
            return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    _made_beside(app)
    return app


def _document(app: FastAPI, written: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    _unique([route for route in app.routes if isinstance(route, APIRoute)])
    document = written(
        title=app.title,
        version=app.version,
        routes=app.routes,
        servers=[{"url": "/", "description": "The service itself, or its path at the gateway."}],
    )
    _problems(document)
    _hoist(document)
    _optional_parameters(document)
    _discriminated(document)
    _closed_bodies(document)
    _amounts(document)
    _plain_names(document)
    return document


def _made_beside(app: FastAPI) -> None:
    route = next(each for each in app.routes if isinstance(each, Route) and each.path == app.openapi_url)

    async def made_first(request: Request) -> Response:
        await run_in_threadpool(app.openapi)
        answer: Response = await route.endpoint(request)
        return answer

    app.routes.remove(route)
    app.add_route(route.path, made_first, include_in_schema=False)


def _unique(routes: list[APIRoute]) -> None:
    names = [operation_id(route) for route in routes if route.include_in_schema]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two routes have the same name, which is their operation id: {', '.join(twice)}")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from (operation for operation in methods.values() if isinstance(operation, dict))


def _hoist(document: dict[str, Any]) -> None:
    """The definitions that a body brings along are components, like those of all other bodies."""
    schemas = document["components"]["schemas"]
    for operation in _operations(document):
        for node in list(_nodes(operation.get("requestBody", {}))):
            for name, schema in node.pop("$defs", {}).items():
                if schemas.setdefault(name, schema) != schema:
                    raise ValueError(f"two different schemas have the name {name}")


def _problems(document: dict[str, Any]) -> None:
    """Every route's answers refer to what a problem is."""
    schemas = document.setdefault("components", {}).get("schemas", {})
    document["components"]["schemas"] = dict(sorted({**schemas, **schemas_of_problems()}.items()))


def _discriminated(document: dict[str, Any]) -> None:
    """Of several kinds of an object the field that tells them apart has to be there, also where it has a default."""
    for schema in _nodes(document):
        for reference in schema.get("discriminator", {}).get("mapping", {}).values():
            kind = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
            kind["required"] = sorted({*kind.get("required", ()), schema["discriminator"]["propertyName"]})


def _optional_parameters(document: dict[str, Any]) -> None:
    """A parameter that may be left out is never null: there is no way to say null in a header or a query."""
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
            if len(kinds) == 1 and len(schema["anyOf"]) == 2:
                del schema["anyOf"]
                parameter["schema"] = {**kinds[0], **schema}


def _closed_bodies(document: dict[str, Any]) -> None:
    """A request's objects have the fields that are named and no others, however deep: others are refused."""
    schemas = document.get("components", {}).get("schemas", {})
    waiting = [operation["requestBody"] for operation in _operations(document) if "requestBody" in operation]
    seen: set[str] = set()
    while waiting:
        for node in _nodes(waiting.pop()):
            if {"properties", "patternProperties"} & node.keys() and node.get("type") == "object":
                node.setdefault("additionalProperties", False)
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in seen:
                seen.add(name)
                waiting.append(schemas[name])


_ANY_TEXT = {"type": "string"}
_POSITIVE = AMOUNT.replace("-?", "")


def _amounts(document: dict[str, Any]) -> None:
    """An amount is a text, or a whole number: a fraction that is a JSON number would be a float on the way."""
    for node in _nodes(document):
        if node.get("anyOf") == _DECIMAL:
            node["anyOf"] = [{"type": "string", "pattern": AMOUNT}, {"type": "integer", **_WHOLE}]
        kinds = node.get("anyOf", ())
        if _ANY_TEXT in kinds and any(kind.get("type") == "number" and kind.get("minimum") == 0 for kind in kinds):
            node["anyOf"] = [{**kind, "pattern": _POSITIVE} if kind == _ANY_TEXT else kind for kind in kinds]


def _plain_names(document: dict[str, Any]) -> None:
    """A schema's name and title are letters and digits alone, so that a generated client has one class for it."""
    schemas = document.get("components", {}).get("schemas", {})
    plain = {name: _plain(name) for name in schemas}
    if len(set(plain.values())) < len(plain):
        raise ValueError(f"two schemas would have the same name among {', '.join(sorted(schemas))}")
    for node in _nodes(document):
        before, found, name = str(node.get("$ref", "")).rpartition("/schemas/")
        if found and name in plain:
            node["$ref"] = f"{before}{found}{plain[name]}"
    titled = {plain[name]: {**schema, "title": plain[name]} for name, schema in schemas.items()}
    document.get("components", {})["schemas"] = titled


def _plain(name: str) -> str:
    """`Listing_Row_` becomes `ListingOfRow`, `Money-Input` `MoneyInput`, `a__b__handed_in__Note` `HandedInNote`."""
    *_, module, noun = ("", *name.split("__"))
    listed = noun.replace("Listing_", "ListingOf")
    return module.title().replace("_", "") + listed.replace("-", "").replace("_", "")


_DECIMAL = [{"type": "number"}, {"type": "string"}]
_WHOLE = {"minimum": -99_999_999_999_999, "maximum": 99_999_999_999_999}


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
        for each in document.values():
            yield from _nodes(each)
    elif isinstance(document, list):
        for each in document:
            yield from _nodes(each)
