"""Imports are what they seem: import-linter sees every one of them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_import_is_hidden_from_python_for_the_type_checker_alone():
    modules = [*ROOT.glob("shared/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    assert len(modules) > 100
    assert [str(file) for file in modules if "TYPE_CHECKING" in file.read_text(encoding="utf-8")] == []


def test_the_unit_tests_of_a_service_import_no_other_service():
    services = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()}
    foreign = [
        f"{file.relative_to(ROOT)} imports {module}"
        for service in sorted(services)
        for file in sorted((ROOT / "tests/unit" / service).glob("*.py"))
        for module in imported(file)
        if module in services - {service}
    ]
    assert foreign == []


def imported(file):
    """The packages that this file imports, by their first name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (each.name.partition(".")[0] for each in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
