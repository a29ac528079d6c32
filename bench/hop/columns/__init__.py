"""The ways to do the same work: each is a worker process of its own, told where by the environment."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

PYTHON = sys.executable
FOREIGN = str(Path(".venv-bench/bin/python").absolute())
"""Other libraries have an environment of their own: what they pin need not suit us."""


@dataclass(frozen=True)
class Column:
    """One way: how its workers are started, where its work lies, and how much of it a round needs."""

    name: str
    what: str
    command: tuple[str, ...]
    work: int
    queue: str
    out: str
    fill: str | None = None
    database: Literal["mongod", "postgres"] = "mongod"


def _module(name: str, python: str = PYTHON) -> tuple[str, ...]:
    return (python, "-m", f"bench.hop.columns.{name}")


COLUMNS = (
    Column("raw", "raw ceiling: hand-written batches", _module("raw"), 6000, "raw.in", "bench.out"),
    Column("kefu", "kefu", _module("kefu"), 6000, "ledger.on.test.deposited.v1", "bench.heard"),
    Column(
        "transaction", "FastStream, one transaction each", _module("transaction"), 500, "transaction.in", "bench.out"
    ),
    Column("document", "FastStream, one document each", _module("document"), 800, "document.in", "bench.out"),
    Column(
        "outbox",
        "faststream-outbox, PostgreSQL",
        _module("outbox_", FOREIGN),
        800,
        "outbox.in",
        "bench.out",
        database="postgres",
    ),
    Column("dbos", "DBOS, PostgreSQL", _module("dbos_", FOREIGN), 500, "dbos.in", "bench.out", database="postgres"),
    Column(
        "celery",
        "Celery, prefork",
        (FOREIGN, "-m", "celery", "-A", "bench.hop.columns.celery_", "worker", "-c", "2", "-l", "ERROR"),
        600,
        "celery.in",
        "celery.out",
        "bench.hop.columns.celery_",
    ),
    Column(
        "taskiq",
        "taskiq, 2 workers",
        (
            FOREIGN,
            "-m",
            "taskiq",
            "worker",
            "bench.hop.columns.taskiq_:broker",
            "--workers",
            "2",
            "--log-level",
            "ERROR",
        ),
        600,
        "taskiq.in",
        "taskiq.out",
        "bench.hop.columns.taskiq_",
    ),
    Column(
        "dramatiq",
        "dramatiq, 2 processes of 8 threads",
        (FOREIGN, "-m", "dramatiq", "bench.hop.columns.dramatiq_", "-p", "2", "-t", "8", "-Q", "dramatiq_in"),
        600,
        "dramatiq_in",
        "dramatiq_out",
        "bench.hop.columns.dramatiq_",
    ),
)


def deposit(number: int) -> dict[str, Any]:
    """The body of one event: an account's name and an amount, padded to the 400 bytes of a usual event."""
    return {"account": f"n{number}", "amount": 1, "note": json.dumps({"pad": "x" * 340})}
