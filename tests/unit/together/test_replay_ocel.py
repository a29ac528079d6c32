"""A shop's log played as orders: what is told and asked is what a few lines over the file count."""

import csv
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kefu.app import app
from kefu.replay.ocel import COLUMNS, read
from kefu.replay.shop import PROMISED_DAYS, play
from kefu.trouble import Trouble

WHOLE_FILE = os.environ.get("KEFU_OCEL")
BEGIN = datetime(2019, 5, 20, 7, tzinfo=UTC)
Event = tuple[str, float, Iterable[str], Iterable[str], Iterable[str], str]
LOG: tuple[Event, ...] = (
    ("place order", 0, ["A"], ["a1"], [], "100"),
    ("place order", 0, ["B"], ["b1", "b2"], [], "200.5"),
    ("place order", 0, ["C"], ["c1"], [], "300"),
    ("item out of stock", 0.5, [], ["b2"], [], "1"),
    ("pay order", 1, ["A"], [], [], "100"),
    ("create package", 1.5, [], ["a1"], ["P1"], "1"),
    ("create package", 1.5, [], ["b1"], ["P2"], "1"),
    ("send package", 2, [], [], ["P1"], "1"),
    ("send package", 2, [], [], ["P2"], "1"),
    ("failed delivery", 2.2, [], [], ["P1"], "1"),
    ("package delivered", 3, [], [], ["P1"], "1"),
    ("package delivered", 3, [], [], ["P2"], "1"),
    ("pay order", 12, ["C"], [], [], "300"),
    ("create package", 15, [], ["b2", "c1"], ["P3"], "1"),
    ("send package", 16, [], [], ["P3"], "1"),
    ("failed delivery", 16.2, [], [], ["P3"], "1"),
    ("package delivered", 17, [], [], ["P3"], "1"),
    ("payment reminder", 20, ["B"], [], [], "200.5"),
    ("pay order", 40, ["B"], [], [], "200.5"),
)
"""A is brought in vain once; B is short, late and paid after three reminders; C is brought in vain, reminded once."""


def write_log(file: Path) -> Path:
    def cell(names: Iterable[str]) -> str:
        return str(list(names)) if names else " "

    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for activity, day, *objects, price in LOG:
            at = f"{BEGIN + timedelta(days=day):%Y-%m-%d %H:%M:%S}.000Z"
            rows.writerow([activity, at, *map(cell, objects), price])
    return file


async def test_what_is_told_and_asked_is_what_happened_in_the_log(tmp_path: Path) -> None:
    sold = await play(read(write_log(tmp_path / "log.csv")))

    assert (sold.placed, sold.closed) == (3, 3)
    assert sold.delayed == {"B": True, "C": True}
    assert sold.told_again == {"A": 1, "C": 1}
    assert sold.unpaid == {"B": 2}
    assert sold.short == {"B": 1}
    assert {no: str(amount) for no, amount in sold.due.items()} == {"A": "100.00", "B": "200.50", "C": "300.00"}
    assert sold.overdue == {"B": True, "C": True}
    assert sold.reminded == {"B": 3, "C": 1}


@pytest.mark.timeout(1800)
async def test_a_few_lines_over_the_file_count_the_same(tmp_path: Path) -> None:
    log = read(Path(WHOLE_FILE) if WHOLE_FILE else write_log(tmp_path / "log.csv"))

    sold = await play(log)

    terms = sold.terms
    assert sold.delayed == log.late(PROMISED_DAYS)
    assert sold.told_again == log.second_deliveries()
    assert sold.unpaid == log.unpaid_departures()
    assert sold.short == log.shortages()
    assert sold.overdue == log.overdue(terms.due_days)
    assert sold.reminded == log.reminders(terms.due_days, terms.reminder_days, terms.desk_opens)


def test_the_command_tells_what_was_counted_and_that_it_agrees(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["replay", "ocel", str(write_log(tmp_path / "log.csv"))])

    assert answer.exit_code == 0, answer.output
    said = [" ".join(line.split()) for line in answer.output.splitlines()]
    assert "orders in the log 3" in said
    assert "delays told 2 of 2" in said
    assert "second deliveries told 2 of 2" in said
    assert "orders reminded, as often 2 of 2" in said
    assert "audit: clean, the service told and asked what the log counts" in said


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("a,b\n1,2\n", "its first line does not name ocel:activity"),
        (",".join(COLUMNS) + "\n", "has no order"),
        (",".join(COLUMNS) + "\npay order,2019-05-20 07:00:00.000Z,['X'], , ,1\n", "line 2: KeyError: 'X'"),
        (",".join(COLUMNS) + "\nplace order,yesterday,['X'], , ,1\n", "line 2: ValueError"),
    ],
)
def test_a_file_that_is_no_such_log_is_named_with_what_is_wrong(content: str, what: str, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(Trouble, match=re.escape(what)):
        read(file)
