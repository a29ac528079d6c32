"""What is in an image, and what is not."""

import json
import re
import subprocess
import tomllib

import pytest
from composed import DOCKER, ROOT, docker

from kefu.surroundings import SERVICES
from kefu_local.containers import FOLDER, Secrets

pytestmark = pytest.mark.timeout(1200)

RUNNING = (*SERVICES, "console")
"""Whose images run with nothing but a bus, a database and a gateway."""
OURS = {"shared", *RUNNING, "kefu", "kefu_local"}
PRESENT = f"import importlib.util as u; print(*(each for each in {sorted(OURS)} if u.find_spec(each)))"
BILLS = ROOT / ".run" / "images" / "sbom"
MARK = ROOT / ".run" / "images" / "ca.pem"


def configuration(image):
    (found,) = json.loads(docker("image", "inspect", image))
    return found["Config"]


def inside(service, *command):
    """What a command says that runs in a fresh container of the image, cut off from everything."""
    return docker(
        "run",
        "--rm",
        "--pull",
        "never",
        "--network",
        "none",
        "--entrypoint",
        command[0],
        f"kefu/{service}",
        *command[1:],
    )


@pytest.mark.parametrize("service", RUNNING)
def test_an_image_holds_the_service_and_what_it_shares_and_nothing_that_built_it(service):
    assert set(inside(service, "python3", "-c", PRESENT).split()) == {"shared", service}
    tools = "ls -d /src /tools /wheels $(command -v uv pip gcc git) 2>/dev/null || true"
    assert inside(service, "sh", "-c", tools) == ""


@pytest.mark.parametrize("service", RUNNING)
def test_an_image_runs_as_nobody_in_particular_who_can_write_only_what_is_temporary(service):
    assert configuration(f"kefu/{service}")["User"] == "10001:10001"
    writable = inside(
        service, "sh", "-c", "find / -xdev -writable -not -type l -not -path '/proc/*' 2>/dev/null || true"
    )
    assert set(writable.split()) == {"/tmp", "/var/tmp", "/run/lock"}


@pytest.mark.parametrize("service", RUNNING)
def test_an_image_says_what_it_is_and_can_tell_whether_it_is_well(service):
    folder = ROOT / "services" / service if service in SERVICES else ROOT / service
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    found = configuration(f"kefu/{service}")
    labels = {name.removeprefix("org.opencontainers.image."): label for name, label in found["Labels"].items()}
    assert (labels["title"], labels["version"]) == (project["name"], project["version"])
    assert len(labels["revision"]) == 40
    assert found["Healthcheck"]["Test"][0] == "CMD"
    assert "/health/ready" in found["Healthcheck"]["Test"][-1]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_has_a_file_system_to_read_and_no_further_rights(kefu, service):
    (container,) = kefu.containers(service)
    (found,) = json.loads(docker("inspect", container))
    host = found["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Privileged"]) == (True, ["ALL"], False)
    assert "no-new-privileges:true" in host["SecurityOpt"]


INSTALLED = """
from glob import glob
from importlib.metadata import distributions
print(*(f"{each.name}=={each.version}" for each in distributions(path=glob("/venv/lib/*/site-packages"))))
"""


def named_in_the_bill(image, kind):
    """The components of that kind in an image's bill of materials, with their versions."""
    bill = json.loads((BILLS / f"{image}.cdx.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"], bill["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "1.6",
        f"kefu/{image}",
    )
    components = [each for each in bill["components"] if each["purl"].startswith(f"pkg:{kind}/")]
    return {f"{each['name']}=={each['version']}" for each in components}


@pytest.mark.parametrize("image", [*RUNNING, "local", "gateway", "rabbitmq", "mongo"])
def test_the_bill_of_an_image_names_every_python_distribution_and_every_debian_package_in_it(image):
    assert named_in_the_bill(image, "pypi") == set(inside(image, "python3", "-c", INSTALLED).split())
    packages = inside(image, "dpkg-query", "--show", "--showformat=${Package}==${Version}\n")
    assert named_in_the_bill(image, "deb") == set(packages.split())
    assert len(packages.split()) > 50


@pytest.mark.parametrize("service", SERVICES)
def test_the_bill_of_a_service_names_what_its_requirements_are_locked_to(service):
    locked = (ROOT / "requirements" / f"{service}.txt").read_text()
    wanted = {match.lower() for match in re.findall(r"^([A-Za-z0-9_.-]+)==", locked, re.MULTILINE)}
    named = {re.sub(r"[-_.]+", "-", each.partition("==")[0]).lower() for each in named_in_the_bill(service, "pypi")}
    assert {f"kefu-{service}", "kefu-shared", "pydantic", "pymongo", "aio-pika"} <= named
    assert named - {f"kefu-{service}", "kefu-shared"} <= wanted


def test_the_bill_of_mongo_names_the_server_that_is_in_no_package_database():
    assert len(named_in_the_bill("mongo", "generic")) == 1


def test_no_layer_and_no_history_of_an_image_holds_what_was_secret_during_the_build():
    images = [f"kefu/{name}" for name in (*RUNNING, "local")]
    secret = [*Secrets(ROOT / FOLDER).passwords.values(), *_marks()]
    needles = [each.encode() for each in secret]
    assert [
        each for each in secret if each in "".join(docker("history", "--no-trunc", image) for image in images)
    ] == []
    found = set()
    with subprocess.Popen([DOCKER, "save", *images], stdout=subprocess.PIPE) as saving:
        before = b""
        while piece := saving.stdout.read(1 << 22):
            found |= {needle for needle in needles if needle in before + piece}
            before = piece[-200:]
    assert saving.returncode == 0
    assert found == set()


def _marks():
    """The line by which the certificates of the build would be known."""
    marks = [line for line in MARK.read_text().splitlines() if line.startswith("# kefu ")] if MARK.exists() else []
    assert len(marks) <= 1
    return marks
