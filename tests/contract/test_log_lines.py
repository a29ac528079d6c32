"""A log line is a constant and values as they are: an error is handed over itself, for its text may quote a person."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in (ROOT / "shared" / "src", *ROOT.glob("services/*/src")):
        for file in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                called = getattr(node, "func", None)
                if (
                    isinstance(node, ast.Call)
                    and isinstance(called, ast.Attribute)
                    and called.attr in LEVELS
                    and isinstance(called.value, ast.Name)
                    and called.value.id == "log"
                ):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def makes_a_text(node: ast.AST) -> bool:
    """Whether something in it turns a value into a text, or takes the text that something was refused with."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len":
        return False
    return any(
        isinstance(each, ast.JoinedStr)
        or (isinstance(each, ast.Call) and getattr(each.func, "id", "") in ("str", "repr", "format"))
        or (isinstance(each, ast.Attribute) and each.attr in ("reason", "detail", "body", "headers", "path", "format"))
        for each in ast.walk(node)
    )


def test_there_are_log_lines_to_look_at() -> None:
    assert len(list(log_calls())) > 30


def test_the_event_of_a_log_line_is_a_constant() -> None:
    assert [place for place, call in log_calls() if not all(isinstance(each, ast.Constant) for each in call.args)] == []


def test_no_log_line_makes_a_text_of_what_it_is_handed() -> None:
    """`logs.told` says an exception in words of ours; `str(error)` would hand over the text instead."""
    assert [place for place, call in log_calls() if any(makes_a_text(each.value) for each in call.keywords)] == []
