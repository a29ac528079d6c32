"""Tables that people keep in spreadsheets: CSV and XLSX are read row by row, and outcomes are written beside them."""

import codecs
import csv
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook

from kefu.trouble import Trouble

Row = tuple[int, Mapping[str, str]]
"""The number of a row in its file, and its cells by the headers, without blanks around them."""
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_EXACT = 10**15
"""From here on a spreadsheet keeps a number with fewer digits than were written."""
_CHUNK = 1 << 20
"""Bytes that are read at a time to find out the encoding."""
_FOLDED, _SMALL = 200, 10 << 20
"""By how much a part of a workbook may be packed, and the bytes that any may unpack to: a page of real rows is packed
to a tenth or twentieth."""
_COLUMNS = 1000
"""Columns that are read of a page."""
_BROKEN = (
    BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, KeyError, IndexError, TypeError, ValueError,
)  # fmt: skip
"""What openpyxl raises for what is no workbook, at its start or at any row."""


def rows(file: Path, needed: Sequence[str] = ()) -> Iterator[Row]:
    """The rows with something in them under one row of headers; of a workbook those of its first page.

    Read as a stream: a file may be longer than the memory. CSV is UTF-8, UTF-16 with a byte order mark, or GB18030.
    Trouble for what cannot be read, for a header that stands twice, and without a column that is `needed`.
    """
    read = _workbook(file) if _begins(file).startswith(b"PK") else _csv(file)
    headers: list[str] = []
    for line, cells in read:
        if not any(cells):
            continue
        if not headers:
            headers = _headers(file, cells, needed)
            continue
        padded = [*cells, *[""] * (len(headers) - len(cells))]
        yield line, {name: cell for name, cell in zip(headers, padded, strict=False) if name}
    if not headers:
        _headers(file, [], needed)


def rounded(cell: str) -> bool:
    """Whether this is what a spreadsheet has made of a long number, of which the last digits are gone: 1.39E+10."""
    return bool(_ROUNDED.fullmatch(cell))


def _headers(file: Path, cells: Sequence[str], needed: Sequence[str]) -> list[str]:
    names = [name for name in cells if name]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Trouble(f"{file} has two columns {', '.join(twice)}")
    if missing := sorted(set(needed) - set(names)):
        raise Trouble(f"{file} has no column {', '.join(missing)}; it has {', '.join(names)}")
    return list(cells)


def _begins(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            begins = content.read(4)
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error}") from None
    if begins == b"\xd0\xcf\x11\xe0":
        raise Trouble(f"{file} is a workbook of the old kind; save it as .xlsx or CSV")
    return begins


def _csv(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding=_encoding(file), newline="") as text:
        first = text.readline()
        text.seek(0)
        tabs = "\t" in first and "," not in first
        read = csv.reader(text, strict=True, delimiter="\t" if tabs else ",")
        try:
            for row in read:
                yield read.line_num, [cell.strip() for cell in row]
        except csv.Error as error:
            raise Trouble(f"{file} is no CSV at line {read.line_num}: {error}") from None


def _encoding(file: Path) -> str:
    """The first encoding in which the whole file can be read."""
    if _begins(file)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with file.open("rb") as content:
                while chunk := content.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Trouble(f"{file} is neither UTF-8 nor GB18030")


def _workbook(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with ZipFile(file) as packed:
            if any(part.file_size > max(_SMALL, _FOLDED * part.compress_size) for part in packed.infolist()):
                raise Trouble(f"{file} is packed too tightly for a workbook of rows; save its page as CSV")
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            for line, row in enumerate(book.worksheets[0].iter_rows(max_col=_COLUMNS, values_only=True), start=1):
                yield line, [_text(cell) for cell in row] if any(cell is not None for cell in row) else []
        finally:
            book.close()
    except _BROKEN as error:
        raise Trouble(f"{file} is no workbook that can be read: {error}") from None


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV file: a whole number without a fraction, a day without an hour."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, int | float) and abs(cell) >= _EXACT:
        return f"{cell:.5E}"
    return str(cell).strip()


class Outcomes:
    """A workbook with what became of rows: the number, the outcome and the reason before the row's own cells.

    It is made with the first row that is added, and written to disk row by row.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._book: Workbook | None = None
        self._page: Any = None
        self._headers: list[str] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        if self._book:
            self._book.close()

    def add(self, line: int, outcome: str, reason: str, cells: Mapping[str, str]) -> None:
        """One row more."""
        if self._book is None:
            self._book = Workbook(str(self.file), {"constant_memory": True})
            self._page = self._book.add_worksheet()
            self._headers = list(cells)
            self._page.write_row(0, 0, ("行号", "结果", "原因", *self._headers), self._book.add_format({"bold": True}))
            self._page.set_column(2, 2, 60)
        self.count += 1
        self._page.write_number(self.count, 0, line)
        for place, text in enumerate((outcome, reason, *(cells.get(name, "") for name in self._headers)), start=1):
            self._page.write_string(self.count, place, text)
