"""Cursors that a list has not returned: those of other lists, cut, changed and overgrown ones."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

HUGE = 10**40
"""More than any number that a database keeps."""
SOMEWHERE = str(UUID(int=7))


def lists_in(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The path of every list in an OpenAPI document that takes a cursor, and a query for few of what it lists."""
    for path, methods in document["paths"].items():
        asked = methods.get("get", {}).get("parameters", [])
        takes = {each["name"] for each in asked}
        if "after" in takes:
            needed = {each["name"]: _said(each["schema"]) for each in asked if each.get("required")}
            if "limit" in takes:
                needed["limit"] = "1"
            place = re.sub(r"{(\w+)}", lambda part, needed=needed: needed.pop(part[1]), path)  # type: ignore[misc]
            yield place, needed


def conditions(document: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """The conditions that a list takes beside what it needs, each with a value that is not what it has by itself."""
    for each in document["paths"].get(path, {}).get("get", {}).get("parameters", []):
        if each["in"] == "query" and not each.get("required") and each["name"] not in ("after", "limit"):
            schema = each["schema"]
            named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
            yield each["name"], _said({**named, **schema})


def _said(schema: Mapping[str, Any]) -> str:
    among = {**schema, **schema.get("items", {})}.get("enum", ())
    for value in (*schema.get("examples", ()), *among):
        if value != schema.get("default"):
            return str(value)
    known = {"uuid": SOMEWHERE, "date": "2026-11-28", "date-time": "2026-11-28T00:00:00Z"}
    return known.get(schema.get("format", ""), {"boolean": "true", "integer": "1"}.get(schema.get("type", ""), "audit"))


def made_up() -> Iterator[str]:
    """Cursors whose form is right and whose content no list has, and such as have no form."""
    for value in (HUGE, -HUGE, 1e300, "", "x" * 5000, True, None, [], {"$gt": ""}, "\ud800", "2026-13-45", "长"):
        yield encoded([value, SOMEWHERE])
    yield encoded([1, "no id"])
    yield base64.urlsafe_b64encode(b"[" * 3000).decode()
    yield from ("", " ", "x", "%00", "长" * 50, "a." * 40, f"{HUGE}.{HUGE}.{SOMEWHERE}", f"-1.-1.{SOMEWHERE}")
    yield from (f"{SOMEWHERE}.{HUGE}.", f"{SOMEWHERE}.-1.{encoded([1, SOMEWHERE])}", f"0.{HUGE}.", f"{2**63}.0.")


def changed(cursor: str) -> Iterator[str]:
    """A cursor that was returned: as it is for other lists, cut, doubled, and with another beginning or end."""
    yield from (
        cursor,
        cursor[:-1],
        cursor[: len(cursor) // 2],
        cursor * 2,
        cursor[1:],
        f"A{cursor}",
        f"{cursor[:-4]}AAAA",
    )


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
