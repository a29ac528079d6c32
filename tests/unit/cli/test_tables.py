"""Tables from spreadsheets are read as they were meant: any usual encoding, blanks, days, numbers, one page."""

from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from kefu.tables import Outcomes, rounded, rows
from kefu.trouble import Trouble

TABLE = "客户编号,客户名称,手机\nKH-1, 明镜眼镜店 ,13711112222\n,,\nKH-2,恒达装饰\n"
READ = [
    (2, {"客户编号": "KH-1", "客户名称": "明镜眼镜店", "手机": "13711112222"}),
    (4, {"客户编号": "KH-2", "客户名称": "恒达装饰", "手机": ""}),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "客户.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_each_encoding_that_spreadsheets_write(file: Path, encoding: str) -> None:
    file.write_bytes(TABLE.encode(encoding))

    assert list(rows(file)) == READ


def test_a_table_with_tabs_is_read_as_one_with_commas(file: Path) -> None:
    file.write_text(TABLE.replace(",", "\t"), encoding="utf-8")

    assert list(rows(file)) == READ


def test_the_first_page_of_a_workbook_is_read_with_days_and_whole_numbers_as_they_were_written(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["客户编号", "手机", "日期", "数量", "金额"])
    book.active.append([217, 13711112222.0, date(2026, 11, 20), 3.0, 12.5])
    book.active.append([None] * 5)
    book.active.append(["KH-2"])
    book.create_sheet().append(["another page"])
    book.save(tmp_path / "客户.xlsx")

    assert list(rows(tmp_path / "客户.xlsx")) == [
        (2, {"客户编号": "217", "手机": "13711112222", "日期": "2026-11-20", "数量": "3", "金额": "12.5"}),
        (4, {"客户编号": "KH-2", "手机": "", "日期": "", "数量": "", "金额": ""}),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0rest", "is a workbook of the old kind"),
        (b"PK\x03\x04rest", "is no workbook that can be read"),
        (b"\x81\xff\xff", "is neither UTF-8 nor GB18030"),
        ("客户编号,客户编号\n".encode(), "has two columns 客户编号"),
        ("编号,手机\n1,2\n".encode(), "has no column 客户名称; it has 编号, 手机"),
        (b"", "has no column 客户名称"),
    ],
)
def test_a_file_that_is_no_such_table_is_named_with_what_is_wrong(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)

    with pytest.raises(Trouble, match=said):
        list(rows(file, ["客户名称"]))


def packed(file: Path, page: str) -> Path:
    """A workbook of one page with this XML instead of its own."""
    Workbook().save(file)
    with ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, page if name.endswith("sheet1.xml") else content)
    return file


HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (f'{HEAD}<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 11_000_000}</t></is></c></row>', "too tightly"),
        (f'{HEAD}<row r="1"><c r="A1" t="inlineStr"><is><t>客户名称', "is no workbook that can be read"),
        ("", "is no workbook that can be read"),
    ],
)
def test_a_workbook_that_unpacks_without_end_or_breaks_off_is_refused(tmp_path: Path, page: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        list(rows(packed(tmp_path / "客户.xlsx", page)))


def test_a_cell_at_the_far_corner_of_a_page_costs_no_other_cells(tmp_path: Path) -> None:
    head = HEAD.replace("<sheet", '<dimension ref="A1:XFD20000"/><sheet')
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row>'
    last = '<row r="20000"><c r="XFD20000"><v>7</v></c></row>'
    file = packed(tmp_path / "客户.xlsx", f"{head}{first}{last}</sheetData></worksheet>")

    assert list(rows(file)) == []


@pytest.mark.parametrize(("cell", "is_rounded"), [("1.39E+10", True), ("1.3800138E+10", True), ("13711112222", False)])
def test_a_number_that_a_spreadsheet_has_rounded_is_recognised(cell: str, is_rounded: bool) -> None:
    assert rounded(cell) is is_rounded


def test_outcomes_are_a_workbook_whose_cells_are_texts_and_no_outcome_makes_no_file(tmp_path: Path) -> None:
    with Outcomes(tmp_path / "none.xlsx"), Outcomes(tmp_path / "some.xlsx") as outcomes:
        outcomes.add(7, "拒绝", "缺少客户名称", {"客户编号": "=1+1", "客户名称": ""})

    assert not (tmp_path / "none.xlsx").exists()
    assert [[cell.value for cell in row] for row in load_workbook(tmp_path / "some.xlsx").active.iter_rows()] == [
        ["行号", "结果", "原因", "客户编号", "客户名称"],
        [7, "拒绝", "缺少客户名称", "=1+1", ""],
    ]
