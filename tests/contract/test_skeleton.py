"""The five services have one shape: who knows one finds the way in all."""

import re
import tomllib
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
NAMES = ("aftersales", "complaints", "intake", "notify", "orders")
FILES = {"Dockerfile", "README.md", "CHANGELOG.md", "pyproject.toml", "src"}
MODULES = {"__init__", "__main__", "app", "settings", "api", "subscribers", "timers", "store", "domain"}
WHERE_NEEDED = {"composer", "gateways", "pages", "reports", "sender", "tasks"}


def files(folder):
    """What a folder holds, beside what tools leave there."""
    return {
        path.name
        for path in folder.iterdir()
        if not path.name.startswith((".", "__pycache__")) and path.suffix != ".egg-info"
    }


def modules(name):
    """The modules and packages of a service; a folder without Python in it is content, not code."""
    root = SERVICES / name / "src" / name
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    return packages | {path.stem for path in root.glob("*.py")}


def unnamed(name, file):
    """A file of a service with its name left out."""
    return re.sub(rf"\b{name}\b", "<name>", (SERVICES / name / file).read_text())


def version(name):
    return tomllib.loads((SERVICES / name / "pyproject.toml").read_text())["project"]["version"]


def headings(name):
    return re.findall(r"^## .*$", (SERVICES / name / "README.md").read_text(), re.MULTILINE)


def test_there_are_five_services():
    assert files(SERVICES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_the_files_of_every_service(name):
    assert files(SERVICES / name) >= FILES
    assert files(SERVICES / name) == files(SERVICES / "orders")
    assert files(SERVICES / name / "src") == {name}


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_the_modules_of_every_service(name):
    assert modules(name) - WHERE_NEEDED == MODULES


@pytest.mark.parametrize("name", NAMES)
def test_a_service_ships_its_types(name):
    assert (SERVICES / name / "src" / name / "py.typed").is_file()


def test_an_image_is_built_alike_for_every_service_and_labelled_with_its_version():
    labels = {name: f'image.version="{version(name)}"' for name in NAMES}
    assert len({unnamed(name, "Dockerfile").replace(labels[name], "<version>") for name in NAMES}) == 1
    assert [name for name in NAMES if labels[name] not in (SERVICES / name / "Dockerfile").read_text()] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_distribution_differs_from_the_others_in_its_name_and_what_it_needs_alone(name):
    project, pattern = (tomllib.loads(unnamed(each, "pyproject.toml")) for each in (name, "orders"))
    for each in (project, pattern):
        for needs in ("dependencies", "optional-dependencies"):
            each["project"].pop(needs, None)
    assert project == pattern


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_has_the_sections_of_every_readme(name):
    assert headings(name) == headings("orders")
    assert headings(name) != []


@pytest.mark.parametrize("name", NAMES)
def test_a_changelog_says_what_the_version_in_use_brought(name):
    assert version(name) in (SERVICES / name / "CHANGELOG.md").read_text()


def test_what_a_service_removes_it_says_first_or_it_would_count_as_tampering():
    removing = {
        str(path.relative_to(SERVICES.parent))
        for folder in ("shared/src", "services")
        for path in (SERVICES.parent / folder).rglob("*.py")
        if "documents.remove(" in path.read_text()
    }
    assert removing == {"shared/src/shared/seals/checkpoints.py", "shared/src/shared/seals/verification.py"}
