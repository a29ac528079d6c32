"""Which rows are proved, read from the tests without running them."""

from pathlib import Path

import pytest

from kefu.requirements import Mark, Row, collect, read_rows, status
from kefu.trouble import Trouble

ROOT = Path(__file__).parents[3]


def written(folder: Path, text: str) -> Path:
    (folder / "test_x.py").write_text(text, encoding="utf-8")
    return folder


def test_marks_are_found_on_functions_classes_methods_modules_and_parameters(tmp_path: Path) -> None:
    text = """
import pytest
pytestmark = [pytest.mark.requirement("R001"), pytest.mark.slow]

@pytest.mark.requirement("R002", "R003")
def test_plain(): ...

@pytest.mark.requirement("R004")
async def test_waiting(): ...

@pytest.mark.requirement("R005")
class TestThings:
    @pytest.mark.requirement("R006")
    def test_inside(self): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.requirement("R007"))])
def test_with(x): ...
"""
    file = (written(tmp_path, text) / "test_x.py").as_posix()
    assert [(mark.row, mark.test) for mark in collect(tmp_path)] == [
        ("R001", file),
        ("R002", f"{file}::test_plain"),
        ("R003", f"{file}::test_plain"),
        ("R004", f"{file}::test_waiting"),
        ("R005", f"{file}::TestThings"),
        ("R006", f"{file}::TestThings::test_inside"),
        ("R007", f"{file}::test_with"),
    ]


def test_a_row_that_is_not_written_out_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="write the rows out"):
        list(collect(written(tmp_path, "@pytest.mark.requirement(ROW)\ndef test_x(): ...\n")))


def test_a_line_says_covered_missing_or_out_of_scope() -> None:
    proofs = {"R001": ["a::b", "a::b", "c::d"]}
    assert [
        status(Row("R001", "000 §1", "…"), proofs),
        status(Row("R002", "000 §2", "…"), proofs),
        status(Row("R208", "004 各岗", "…", "it is not our business"), proofs),
    ] == ["R001 covered a::b c::d", "R002 missing", "R208 out of scope: it is not our business"]


def test_all_208_rows_are_listed_with_a_source_and_what_they_ask_and_three_are_out_of_scope() -> None:
    rows = read_rows(ROOT / "docs" / "requirements.csv")
    assert [row.id for row in rows] == [f"R{number:03}" for number in range(1, 209)]
    assert [row.id for row in rows if not (row.source and row.asks)] == []
    assert [row.id for row in rows if row.out_of_scope] == ["R195", "R207", "R208"]


@pytest.mark.parametrize("text", ["id,source\nR001,x,y,z\n", "number,what\n1,x\n", ""])
def test_a_list_of_another_form_is_trouble(tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match="no list of requirements"):
        read_rows(tmp_path / "rows.csv")


def test_a_mark_knows_where_it_stands(tmp_path: Path) -> None:
    folder = written(tmp_path, "\n@pytest.mark.requirement('R001')\ndef test_x(): ...\n")
    assert list(collect(folder)) == [Mark("R001", f"{(folder / 'test_x.py').as_posix()}::test_x", 2)]
