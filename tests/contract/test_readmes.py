"""What a service's README says that it owns is what its stores keep."""

import importlib
import re
from pathlib import Path

import pytest

from shared.store import Store

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
OF_THE_KERNEL = {"duties", "recurrences"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_collections_that_a_readme_lists_are_those_that_the_service_keeps(service):
    kept = {
        each.collection
        for each in vars(importlib.import_module(f"{service}.store")).values()
        if isinstance(each, type) and issubclass(each, Store) and each is not Store
    }
    owns = (ROOT / "services" / service / "README.md").read_text().partition("## Owns")[2].partition("\n## ")[0]
    rows = [line for line in owns.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert listed - OF_THE_KERNEL == kept - OF_THE_KERNEL


def test_the_readme_of_shared_says_what_each_of_its_modules_is():
    folder = ROOT / "shared" / "src" / "shared"
    modules = {each.stem for each in folder.iterdir() if each.is_dir() or each.suffix == ".py"} - {
        "__init__",
        "__pycache__",
    }
    rows = [line for line in (ROOT / "shared" / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)/?`", row.split("|")[1])} == modules
