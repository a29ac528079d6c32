"""Imports are what they seem: import-linter sees every one of them."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_import_is_hidden_from_python_for_the_type_checker_alone():
    modules = [*ROOT.glob("shared/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    assert len(modules) > 100
    assert [str(file) for file in modules if "TYPE_CHECKING" in file.read_text(encoding="utf-8")] == []
