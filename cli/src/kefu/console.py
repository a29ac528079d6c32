"""How commands answer: tables and colours for people, tabs and plain lines for pipes."""

import json
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; elsewhere one line per row with tabs between, for grep and cut, without the titles."""
    if not out.is_terminal:
        for row in rows:
            typer.echo("\t".join(" ".join(str(cell).split()) for cell in row))
        return
    table = Table(*columns, header_style="bold", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    out.print(table, soft_wrap=False)


def show_json(value: object) -> None:
    """JSON: indented and coloured on a terminal, on one line elsewhere."""
    if out.is_terminal:
        out.print_json(json.dumps(value, ensure_ascii=False), ensure_ascii=False)
    else:
        typer.echo(json.dumps(value, ensure_ascii=False))


def say(text: str) -> None:
    """One line of answer."""
    typer.echo(text)
