"""Tables as CSV that a spreadsheet opens: the same rows give the same bytes, and no cell is a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | None


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a byte order mark, for Excel. Texts have to be `harmless`; numbers may stand as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """The cell; a text that a spreadsheet could take for a formula begins with an apostrophe.

    Blanks before the sign and full-width signs count: some spreadsheets skip or fold them.
    """
    if not isinstance(cell, str):
        return cell
    begins = unicodedata.normalize("NFKC", cell).lstrip()
    return f"'{cell}" if begins.startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r", "\n")) else cell
