"""What Kubernetes is told: valid against its own schemas, and alike for every service."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import SchemaNotFoundError, validate

from kefu_local.rights import logins
from shared.wire.ingress import departments, entrance
from shared.wire.message import LARGEST_BODY

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
RENDERED = sorted((KUBERNETES / "rendered").glob("*.yaml"))
SERVICES = ("aftersales", "complaints", "intake", "notify", "orders")
RELEASE = "1.32"
OF_OPERATORS = {"ScaledObject", "TriggerAuthentication", "RabbitmqCluster", "MongoDBCommunity"}


def resources(file):
    return [each for each in yaml.safe_load_all(file.read_text()) if each]


def rendered(name):
    """The resources of a service by kind."""
    return {each["kind"]: each for each in resources(KUBERNETES / "rendered" / f"{name}.yaml")}


def unnamed(name, kind):
    """One resource of a service, with the name and the version left out."""
    version = tomllib.loads((ROOT / "services" / name / "pyproject.toml").read_text())["project"]["version"]
    return yaml.safe_dump(rendered(name)[kind]).replace(name, "<name>").replace(version, "<version>")


def test_there_is_a_manifest_for_every_service_the_console_the_servers_and_the_gateway():
    assert {file.stem for file in RENDERED} == {*SERVICES, "console", "servers", "servers-tls", "gateway"}


@pytest.mark.parametrize("file", RENDERED, ids=lambda file: file.stem)
def test_kubernetes_takes_every_resource_that_it_knows(file):
    unknown = set()
    for resource in resources(file):
        try:
            validate(resource, RELEASE, strict=True)
        except SchemaNotFoundError:
            unknown.add(resource["kind"])
    assert unknown <= OF_OPERATORS


@pytest.mark.parametrize("kind", ["Deployment", "Service", "PodDisruptionBudget", "TriggerAuthentication"])
def test_every_service_is_deployed_alike_with_its_own_name_and_version(kind):
    assert len({unnamed(name, kind) for name in SERVICES}) == 1
    assert "<name>" in unnamed("orders", kind)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_scales_with_what_waits_in_its_queues_and_intake_with_the_departments_too(name):
    scaled = rendered(name)["ScaledObject"]["spec"]
    queues = [(each["metadata"]["vhostName"], each["metadata"]["queueName"]) for each in scaled["triggers"]]
    assert scaled["scaleTargetRef"] == {"name": f"kefu-{name}"}
    assert {each["authenticationRef"]["name"] for each in scaled["triggers"]} == {f"kefu-{name}"}
    assert queues == [("kefu", rf"^{name}\.on\."), *([("ingress", r"^in\.")] if name == "intake" else [])]
    assert all(re.match(r"^in\.", entrance(department)) for department in departments())


def test_nothing_but_the_autoscaler_says_how_many_replicas_there_are():
    assert [name for name in SERVICES if "replicas" in rendered(name)["Deployment"]["spec"]] == []


def test_the_broker_and_the_database_are_three_each_on_machines_of_their_own():
    found = {each["kind"]: each["spec"] for each in resources(KUBERNETES / "rendered" / "servers.yaml")}
    broker, database = found["RabbitmqCluster"], found["MongoDBCommunity"]
    placed = database["statefulSet"]["spec"]["template"]["spec"]
    assert (broker["replicas"], database["members"]) == (3, 3)
    for each in (broker["affinity"], placed["affinity"]):
        (rule,) = each["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert rule["topologyKey"] == "kubernetes.io/hostname"


def test_notify_alone_speaks_to_the_world_outside():
    ways = {name: rendered(name)["NetworkPolicy"]["spec"]["egress"] for name in SERVICES}
    outside = {name: [way for way in each if "to" not in way] for name, each in ways.items()}
    assert {name for name, each in outside.items() if each} == {"notify"}


def test_the_console_reaches_the_bus_and_the_identity_provider_and_neither_a_service_nor_a_database():
    ports = {each["port"] for way in rendered("console")["NetworkPolicy"]["spec"]["egress"] for each in way["ports"]}
    assert ports == {5671, 5672, 53, 443}
    (asked,) = rendered("console")["NetworkPolicy"]["spec"]["ingress"]
    assert asked["from"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "kefu-gateway"}}}]


@pytest.mark.parametrize("name", [*SERVICES, "console"])
def test_a_container_has_no_rights_that_it_does_not_need(name):
    pod = rendered(name)["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)


def test_the_gateway_is_configured_as_it_is_in_containers():
    found = [each for each in resources(KUBERNETES / "rendered" / "gateway.yaml") if each["kind"] == "ConfigMap"]
    shown = {name: text for each in found for name, text in each["data"].items()}
    files = [*(ROOT / "deploy" / "images" / "gateway").glob("*.conf"), KUBERNETES / "gateway" / "site.conf"]
    assert shown == {file.name: file.read_text() for file in files}


def test_strangers_reach_a_service_through_the_gateway_alone():
    (pod,) = [
        each["spec"]["template"]
        for each in resources(KUBERNETES / "rendered" / "gateway.yaml")
        if each["kind"] == "Deployment"
    ]
    published = {
        each["metadata"]["name"]: each["spec"]["type"]
        for name in (*SERVICES, "console", "gateway", "servers")
        for each in resources(KUBERNETES / "rendered" / f"{name}.yaml")
        if each["kind"] == "Service" and "type" in each["spec"]
    }
    assert published == {"kefu-gateway": "LoadBalancer"}
    for name in SERVICES:
        (way,) = rendered(name)["NetworkPolicy"]["spec"]["ingress"]
        (asking,) = [each["podSelector"] for each in way["from"] if "podSelector" in each]
        (rule,) = asking["matchExpressions"]
        assert pod["metadata"]["labels"][rule["key"]] in rule["values"]


def test_one_setting_puts_the_servers_behind_tls():
    plain, encrypted = (
        {each["kind"]: each for each in resources(KUBERNETES / "rendered" / f"{name}.yaml")}
        for name in ("servers", "servers-tls")
    )
    assert encrypted["RabbitmqCluster"]["spec"].pop("tls") == {
        "secretName": "kefu-rabbitmq",
        "disableNonTLSListeners": True,
    }
    assert encrypted["MongoDBCommunity"]["spec"]["security"].pop("tls") == {
        "enabled": True,
        "certificateKeySecretRef": {"name": "kefu-mongod"},
        "caCertificateSecretRef": {"name": "kefu-mongod"},
    }
    assert encrypted == plain


def test_the_database_knows_two_users_for_each_service_and_its_own_database_alone():
    mongo = next(
        each for each in resources(KUBERNETES / "rendered" / "servers.yaml") if each["kind"] == "MongoDBCommunity"
    )
    users = {user["name"]: (user["db"], user["roles"]) for user in mongo["spec"]["users"]}
    assert users == {user: (name, [{"name": "readWrite", "db": name}]) for name in SERVICES for user in logins(name)}


@pytest.mark.parametrize("file", ["kubernetes/servers/rabbitmq.yaml", "images/rabbitmq/rabbitmq.conf"])
def test_every_broker_that_we_set_up_takes_no_larger_message_than_a_service_handles(file):
    assert f"max_message_size = {LARGEST_BODY}\n" in (ROOT / "deploy" / file).read_text()
