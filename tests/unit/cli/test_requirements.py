"""Which rows are proved, part by part, read from the tests without running them."""

import ast
import re
from pathlib import Path

import pytest

from kefu.requirements import Mark, Part, collect, read_rows, requirements, status, total
from kefu.trouble import Trouble

ROOT = Path(__file__).parents[3]
ROWS = read_rows(ROOT / "docs" / "requirements.csv")
NAMES_A_ROW = re.compile(r"R\d{3}(\.[a-z])?")
REASON, DAYS = Part("R058", "a", "001 售中二c", "The reason."), Part("R058", "b", "001 售中二c", "The days.")


def written(folder: Path, text: str) -> Path:
    (folder / "test_x.py").write_text(text, encoding="utf-8")
    return folder


def test_marks_are_found_on_functions_classes_methods_modules_and_parameters(tmp_path: Path) -> None:
    text = """
import pytest
pytestmark = [pytest.mark.requirement("R001.a"), pytest.mark.slow]

@pytest.mark.requirement("R002.a", "R003.b")
def test_plain(): ...

@pytest.mark.requirement("R004.a")
async def test_waiting(): ...

@pytest.mark.requirement("R005.a")
class TestThings:
    @pytest.mark.requirement("R006.a")
    def test_inside(self): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.requirement("R007.a"))])
def test_with(x): ...
"""
    file = (written(tmp_path, text) / "test_x.py").as_posix()
    assert [(mark.part, mark.test) for mark in collect(tmp_path)] == [
        ("R001.a", file),
        ("R002.a", f"{file}::test_plain"),
        ("R003.b", f"{file}::test_plain"),
        ("R004.a", f"{file}::test_waiting"),
        ("R005.a", f"{file}::TestThings"),
        ("R006.a", f"{file}::TestThings::test_inside"),
        ("R007.a", f"{file}::test_with"),
    ]


def test_a_name_stands_for_what_its_module_assigns(tmp_path: Path) -> None:
    text = """
R = pytest.mark.requirement
DAYS = "R058.b"
TOLD = R("R057.a")
CASES = [pytest.param(1, marks=R("R058.a")), pytest.param(2, marks=TOLD)]
UNUSED = [pytest.param(1, marks=R("R001.a"))]

@R(DAYS)
def test_alias(): ...

@TOLD
def test_mark(): ...

@pytest.mark.parametrize("x", CASES)
def test_cases(x): ...

TestChance = R("R059.a")(Chance.TestCase)
"""
    file = (written(tmp_path, text) / "test_x.py").as_posix()
    assert [(mark.part, mark.test) for mark in collect(tmp_path)] == [
        ("R059.a", f"{file}::TestChance"),
        ("R058.b", f"{file}::test_alias"),
        ("R057.a", f"{file}::test_mark"),
        ("R058.a", f"{file}::test_cases"),
        ("R057.a", f"{file}::test_cases"),
    ]


def test_a_part_that_is_computed_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="write the part out"):
        list(collect(written(tmp_path, "@pytest.mark.requirement(part_of(1))\ndef test_x(): ...\n")))


def test_a_mark_knows_where_it_stands(tmp_path: Path) -> None:
    folder = written(tmp_path, "\n@pytest.mark.requirement('R001.a')\ndef test_x(): ...\n")
    assert list(collect(folder)) == [Mark("R001.a", f"{(folder / 'test_x.py').as_posix()}::test_x", 2)]


@pytest.mark.parametrize("named", ["R058", "R058.z", "R999.a"])
def test_a_mark_that_names_no_listed_part_is_trouble(tmp_path: Path, named: str) -> None:
    folder = written(tmp_path, f"@pytest.mark.requirement('{named}')\ndef test_x(): ...\n")
    with pytest.raises(Trouble, match=rf"::test_x \(line 1\): {named}"):
        requirements(rows=ROOT / "docs" / "requirements.csv", tests=folder)


def test_every_mark_of_our_tests_names_a_part_that_is_listed() -> None:
    known = {part.name for row in ROWS for part in row}
    assert [mark for mark in collect(ROOT / "tests") if mark.part not in known] == []


def test_no_row_is_named_in_our_tests_in_a_way_that_is_not_seen() -> None:
    seen = {(mark.part, mark.test.partition("::")[0]) for mark in collect(ROOT / "tests")}
    named = {
        (node.value, file.as_posix())
        for file in (ROOT / "tests").rglob("test_*.py")
        if file != Path(__file__)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMES_A_ROW.fullmatch(node.value)
    }
    assert named == seen


def test_a_row_is_covered_when_all_its_parts_are() -> None:
    row = (REASON, DAYS)
    assert status(row, {"R058.a": ["a::b", "c::d"], "R058.b": ["a::b"]}) == "R058 covered a::b c::d"
    assert status(row, {"R058.b": ["a::b"]}).splitlines() == [
        "R058 partly, 1 of 2 a::b",
        "    R058.a (001 售中二c): The reason.",
    ]
    assert status(row, {}).splitlines() == [
        "R058 missing",
        "    R058.a (001 售中二c): The reason.",
        "    R058.b (001 售中二c): The days.",
    ]


def test_a_row_that_is_out_of_scope_says_why() -> None:
    row = (Part("R208", "a", "004 各岗", "…", "It is not our business."),)
    assert status(row, {}) == "R208 out of scope: It is not our business."


def test_the_last_line_counts_rows_and_parts() -> None:
    rows = [(REASON, DAYS), (Part("R059", "a", "001 售中二d", "…"),), (Part("R060", "a", "001 售中三", "…"),)]
    assert total(rows, {"R058.b": ["a::b"], "R059.a": ["a::b"]}) == (
        "requirements: 1 of 3 covered, 1 partly; 2 of 4 parts are proved"
    )


def test_all_208_rows_are_listed_with_their_parts_in_order_and_three_are_out_of_scope() -> None:
    assert [row[0].id for row in ROWS] == [f"R{number:03}" for number in range(1, 209)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert [row for row in ROWS if "".join(part.part for part in row) != letters[: len(row)]] == []
    assert [part for row in ROWS for part in row if not (part.source and part.asks.endswith("."))] == []
    assert [row for row in ROWS if len({(part.source, part.out_of_scope) for part in row}) > 1] == []
    assert [row[0].id for row in ROWS if row[0].out_of_scope] == ["R195", "R207", "R208"]


@pytest.mark.parametrize("text", ["id,part\nR001,a,x,y,z\n", "number,what\n1,x\n", ""])
def test_a_list_of_another_form_is_trouble(tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match="no list of requirements"):
        read_rows(tmp_path / "rows.csv")
