"""What a service refuses is said in Chinese on every page: each code has its words."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = json.loads((ROOT / "shared/src/shared/pages/assets/refusals.json").read_text(encoding="utf-8"))
REFUSING = {"Refused", "Overstepped"}


def codes() -> Iterator[str]:
    """The codes that decisions and the plumbing name where they refuse, and those of the classes of refusals."""
    for folder in (ROOT / "shared" / "src", *ROOT.glob("services/*/src")):
        for file in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) in REFUSING:
                    yield from _constants(node.args[1:2])
                elif isinstance(node, ast.ClassDef):
                    named = [each for each in node.body if isinstance(each, ast.Assign)]
                    yield from _constants(
                        [each.value for each in named if getattr(each.targets[0], "id", "") == "code"]
                    )


def _constants(found: list[ast.expr]) -> Iterator[str]:
    for each in found:
        branches = [each.body, each.orelse] if isinstance(each, ast.IfExp) else [each]
        yield from (
            branch.value for branch in branches if isinstance(branch, ast.Constant) and isinstance(branch.value, str)
        )


def test_every_code_is_said_in_chinese() -> None:
    known = set(codes())
    assert len(known) > 150
    assert known - WORDS["codes"].keys() == set()


def test_that_a_decision_is_another_role_s_is_said_in_one_place() -> None:
    """`must_have_role` names the roles that may; the other codes are about a person or an amount."""
    said = {
        (file.name, node.args[1].value if node.args[1:] and isinstance(node.args[1], ast.Constant) else None)
        for folder in (ROOT / "shared" / "src", *ROOT.glob("services/*/src"))
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Overstepped"
    }
    assert said == {
        ("aggregate.py", None),
        ("aggregate.py", "four_eyes"),
        ("resolution.py", "authority_exceeded"),
        ("work_report.py", "not_the_author"),
    }


def test_what_is_said_is_a_sentence() -> None:
    said = [*WORDS["codes"].values(), *WORDS["rules"].values()]
    assert [each for each in said if not each.endswith("。")] == []
