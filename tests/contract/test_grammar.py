"""The grammar of an aggregate is the same in all five services: nouns, parts, decisions, policy."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
SHARED = Path(__file__).parents[2] / "shared/src/shared"
NAMES = ("aftersales", "complaints", "intake", "notify", "orders")
KERNEL = {"Aggregate", "Timed"}
BANNED = {"manager", "helper", "helpers", "util", "utils", "data", "info", "process", "base"}
GIVEN_BY_THE_CAUSE = {"at", "by", "actor"}
"""Parameters that would be a second source of who and when. Real time, for leases, is called `now` (ADR 13)."""


def source(name: str) -> Path:
    return SERVICES / name / "src" / name


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(folder.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions of a module, not those inside of classes or of functions."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def changes(function: ast.FunctionDef) -> bool:
    """Whether it says that it returns a Change."""
    returns = function.returns
    return isinstance(returns, ast.Subscript) and isinstance(returns.value, ast.Name) and returns.value.id == "Change"


def positional(function: ast.FunctionDef) -> list[str]:
    """The parameters in order; those after a star only where there is no other way to give them."""
    arguments = function.args
    named = arguments.kwonlyargs if arguments.vararg else []
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *named)]


def where(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(SERVICES)}:{getattr(node, 'lineno', 0)}"


def everything() -> Iterator[tuple[Path, ast.Module]]:
    for name in NAMES:
        yield from trees(source(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_domain_has_nouns_on_top_and_parts_decisions_and_policy_in_folders(name: str) -> None:
    folders = {
        path.name for path in (source(name) / "domain").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert folders >= {"parts", "decisions", "policy"}


def test_no_aggregate_inherits_from_an_aggregate() -> None:
    known: dict[str, list[str]] = {}
    for _, tree in everything():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                known[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
    aggregates = {name for name, bases in known.items() if KERNEL & set(bases)}
    assert {name: bases for name, bases in known.items() if aggregates & set(bases)} == {}


def test_a_noun_has_state_and_questions_and_decides_nothing() -> None:
    verbs = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file in sorted((source(name) / "domain").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert verbs == []


def test_a_part_decides_nothing_either() -> None:
    verbs = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file, tree in trees(source(name) / "domain/parts")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert verbs == []


def decisions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for name in NAMES:
        for file, tree in trees(source(name) / "domain/decisions"):
            for function in functions(tree):
                if changes(function) and not function.name.startswith("_"):
                    yield file, function


def test_a_decision_has_its_cause_last_and_no_other_source_of_who_and_when() -> None:
    found = list(decisions())
    assert len(found) > 150
    wrong = [
        f"{where(file, function)} {function.name}" for file, function in found if positional(function)[-1] != "cause"
    ]
    assert wrong == []
    told_twice = [
        f"{where(file, function)} {function.name}"
        for file, function in found
        for each in (*function.args.args, *function.args.kwonlyargs)
        if each.arg in GIVEN_BY_THE_CAUSE and each.annotation and "UUID" not in ast.unparse(each.annotation)
    ]
    assert told_twice == []


def test_decisions_are_functions_and_not_methods() -> None:
    methods = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file, tree in trees(source(name) / "domain")
        for klass in ast.walk(tree)
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert methods == []


def test_events_are_never_built_from_fields_without_a_type() -> None:
    places = [path for name in NAMES for path in (source(name) / "domain").glob("*.py")]
    places += [path for name in NAMES for path in (source(name) / "domain/decisions").glob("*.py")]
    loose = [
        f"{where(file, node)} {node.name}"
        for file in places
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.returns and "dict[str, Any]" in ast.unparse(node.returns)
    ]
    assert loose == []


def test_what_is_frozen_is_changed_by_but_alone() -> None:
    copies = [
        where(file, node)
        for file, tree in everything()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "model_copy"
    ]
    assert copies == []


def test_no_import_hides_from_the_linter() -> None:
    hidden = [
        str(file.relative_to(folder))
        for folder in (SHARED, *(source(name) for name in NAMES))
        for file in sorted(folder.rglob("*.py"))
        if "TYPE_CHECKING" in file.read_text(encoding="utf-8")
    ]
    assert hidden == []


def test_no_module_is_named_by_a_word_that_says_nothing() -> None:
    named = [
        str(file.relative_to(SERVICES))
        for file, _ in everything()
        if BANNED & set(file.stem.split("_")) or BANNED & {part for part in file.parts if part in BANNED}
    ]
    assert named == []
