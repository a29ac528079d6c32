"""What is generated from the code is current, comes out the same each time, and refuses to break a contract."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kefu_local import rights
from shared.contracts.catalogue import published
from shared.wire import ingress

ROOT = Path(__file__).parents[2]
KEY = "orders.shipment_delayed.v1"


def generate(root, *arguments, seed="0"):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(root / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)


@pytest.fixture
def copy(tmp_path):
    """The generator in a tree where nothing has been generated yet."""
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "generate.py", tmp_path / "docs")
    shutil.copytree(
        ROOT / "docs" / "generators", tmp_path / "docs" / "generators", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "services").symlink_to(ROOT / "services")
    return tmp_path


def test_everything_generated_is_current_and_comes_out_the_same_in_another_process():
    done = generate(ROOT, "--check", seed="1")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_a_missing_and_a_needless_file_are_named(copy):
    generate(copy, "schemas")
    schemas = copy / "tests" / "contract" / "schemas"
    described = json.loads((schemas / f"{KEY}.json").read_text())
    (schemas / f"{KEY}.json").write_text(json.dumps(described | {"description": "old words"}))
    (schemas / "orders.order_closed.v1.json").unlink()
    (schemas / "marketing.leaflet_printed.v1.json").write_text("{}")
    done = generate(copy, "schemas", "--check")
    assert done.returncode == 1
    assert sorted(done.stderr.splitlines()[:3]) == [
        "stale: tests/contract/schemas/marketing.leaflet_printed.v1.json",
        "stale: tests/contract/schemas/orders.order_closed.v1.json",
        "stale: tests/contract/schemas/orders.shipment_delayed.v1.json",
    ]


def test_a_schema_that_would_break_somebody_is_not_written(copy):
    generate(copy, "schemas")
    path = copy / "tests" / "contract" / "schemas" / f"{KEY}.json"
    frozen = json.loads(path.read_text())
    frozen["properties"]["apology"] = {"type": "string"}
    path.write_text(json.dumps(frozen))
    done = generate(copy, "schemas")
    assert done.returncode == 1
    assert f"{KEY}: apology was removed" in done.stderr
    assert json.loads(path.read_text()) == frozen


def test_a_sample_once_written_stays(copy):
    generate(copy, "samples")
    path = copy / "tests" / "contract" / "samples" / f"{KEY}.json"
    path.write_text("as it was")
    assert generate(copy, "samples").returncode == 0
    assert path.read_text() == "as it was"


def test_every_message_of_the_bus_document_has_a_channel_and_an_example():
    bus = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
    assert bus["asyncapi"].startswith("3.")
    told = {f"ingress.{key}" for key, event in published().items() if event.publisher() in ingress.departments()}
    refusals = {ingress.refusals(name) for name in ingress.departments()}
    messages = bus["components"]["messages"]
    assert bus["channels"].keys() == published().keys() | told | refusals
    assert messages.keys() == published().keys() | told | {"refusal"}
    for key in published():
        (example,) = messages[key]["examples"]
        published()[key].model_validate(example["payload"])


def test_the_bus_document_names_the_places_that_are_there():
    bus = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
    places = {
        (channel["servers"][0]["$ref"].rsplit("/", 1)[1], amqp["vhost"], amqp["name"])
        for channel in bus["channels"].values()
        for amqp in [channel["bindings"]["amqp"].get("exchange") or channel["bindings"]["amqp"]["queue"]]
    }
    ways = {(ingress.entrance(name), ingress.refusals(name)) for name in ingress.departments()}
    assert places == {("core", rights.CORE, "events")} | {
        ("ingress", ingress.VHOST, way) for pair in ways for way in pair
    }
    assert {name: server["pathname"] for name, server in bus["servers"].items()} == {
        "core": f"/{rights.CORE}",
        "ingress": f"/{ingress.VHOST}",
    }
    assert all(server["security"] for server in bus["servers"].values())


def test_every_body_that_an_api_takes_has_an_example():
    for path in sorted((ROOT / "docs" / "openapi").glob("*.json")):
        api = json.loads(path.read_text())
        assert [name for name in bodies(api) if not shows(api, name)] == [], path.stem


def bodies(api):
    """The schemas of JSON request bodies, by name."""
    for operations in api["paths"].values():
        for operation in operations.values():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if "$ref" in schema:
                yield schema["$ref"].rsplit("/", 1)[1]


def shows(api, name):
    """Whether a schema has an example of its own, or each of its fields that needs one has."""
    schema = api["components"]["schemas"][name]
    return "examples" in schema or all(tells(api, node) for node in schema.get("properties", {}).values())


def tells(api, node):
    if "$ref" in node:
        return shows(api, node["$ref"].rsplit("/", 1)[1])
    if "items" in node and "examples" not in node:
        return tells(api, node["items"])
    if any(word in node for word in ("examples", "enum", "const", "default", "format")):
        return True
    return any(tells(api, each) for each in node.get("anyOf", ())) or node.get("type") in {
        "boolean",
        "integer",
        "number",
        "null",
    }


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "openapi").glob("*.json")), ids=lambda path: path.stem)
def test_schemas_and_operations_have_names_that_a_generated_client_can_use(path):
    written = path.read_text()
    document = json.loads(written)
    schemas = document["components"]["schemas"]
    operations = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert [name for name in schemas if not re.fullmatch("[A-Z][A-Za-z0-9]*", name)] == []
    assert set(re.findall('"#/components/schemas/([^"]+)"', written)) - schemas.keys() == set()
    assert [id for id in operations if not re.fullmatch("[a-z0-9_]{3,40}", id)] == []
    assert len(set(operations)) == len(operations)
