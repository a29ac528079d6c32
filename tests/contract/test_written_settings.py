"""The settings, ports and files that the documents of operators name are those that there are."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("SECURITY.md", "deploy/README.md", "deploy/local/README.md", "docs/departments.md", "docs/signin.md")
SERVICES = ("aftersales", "complaints", "intake", "notify", "orders")
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SETTING = re.compile(r"`(?:export )?([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
PORT = re.compile(r"\$\{KEFU_([A-Z]+)_PORT:-(\d+)\}:(\d+)")


def fields():
    """The names of the services' settings, as the environment has them."""
    return {
        (field.alias or name).upper()
        for service in SERVICES
        for name, field in import_module(f"{service}.settings").Settings.model_fields.items()
    }


def scripts():
    """What reads settings beside the services: the commands, the images' and the local scripts, docker-compose.yml."""
    sources = [*(ROOT / "deploy").rglob("*"), *(ROOT / "cli" / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.py")]
    read = [each for each in sources if each.is_file() and each.suffix in {".py", ".conf", ".yaml", ".yml", ".sh", ""}]
    return COMPOSE + "".join(each.read_text(errors="ignore") for each in read)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_that_a_document_names_is_read_by_something(document):
    named = set(SETTING.findall((ROOT / document).read_text()))
    read = scripts()
    assert [each for each in sorted(named - fields()) if not re.search(rf"\b{each}\b", read)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_links_to_is_there(document):
    links = LINK.findall((ROOT / document).read_text())
    assert [each for each in links if not (ROOT / document).parent.joinpath(each).exists()] == []


def test_the_ports_of_the_table_are_those_that_compose_publishes_on_the_loopback_interface():
    rows = [line for line in (ROOT / "deploy" / "README.md").read_text().splitlines() if line.startswith("| `KEFU_")]
    told = {}
    for name, default, *_ in ([cell.strip() for cell in row.strip("|").split("|")] for row in rows):
        told |= dict(zip(re.findall(r"KEFU_([A-Z]+)_PORT", name), re.findall(r"\b\d{4,5}\b", default), strict=False))
    published = {name: port for name, port, _ in PORT.findall(COMPOSE)}
    assert told == published
    ports = [each for service in yaml.safe_load(COMPOSE)["services"].values() for each in service.get("ports", ())]
    assert [each for each in ports if not each.startswith("127.0.0.1:")] == []


def test_the_ports_of_tls_are_those_of_the_containers_and_of_kubernetes():
    (said,) = re.findall(
        r"RabbitMQ listens on (\d+), MongoDB on (\d+) and the gateway on (\d+)", (ROOT / "deploy/README.md").read_text()
    )
    inside = {name: port for name, _, port in PORT.findall(COMPOSE)}
    assert said == (inside["AMQPS"], inside["MONGO"], inside["HTTP"])
    gateway = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/rendered/gateway.yaml").read_text()))
    (door,) = [each["spec"]["ports"] for each in gateway if each["kind"] == "Service"]
    assert [each["port"] for each in door] == [443]
