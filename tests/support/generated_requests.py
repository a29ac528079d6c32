"""Requests that schemathesis makes from a service's OpenAPI document, sent to the service as a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waiting import is_ready

from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process

SEED = int(os.environ.get("SEED", "20261128"))
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
"""Random cases for each operation, beside those at the edges of its schema."""
LONGEST = 3600.0
"""Seconds that one service may be asked for."""
CHECKS = Path(__file__).with_name("schema_checks.py")
CONFIG = """\
seed = {seed}
continue-on-failure = true
headers = {headers}
generation = {{ max-examples = {examples}, no-shrink = true, database = "none", with-security-parameters = false }}
# These suppose that what was answered can be read in the same moment; ours is there once it is absorbed.
checks.ensure_resource_availability.enabled = false
checks.use_after_free.enabled = false
checks.object_level_authorization.enabled = false
# schema_checks.py asks the same, and knows the rules that a schema cannot state.
checks.positive_data_acceptance.enabled = false
{operations}
"""
OF_DEPARTMENTS = """
[[operations]]
include-tag = "facts"
exclude-operation-id = "report_facts"
headers = {headers}
# The edges of every field of every fact, in three modes, would be more cases than all other operations have.
[[operations]]
include-operation-id = "report_facts"
headers = {headers}
phases.coverage.enabled = false
"""


@dataclass(frozen=True)
class Outcome:
    """How many operations were asked, in how many cases, and what was wrong, as schemathesis tells it.

    `reached` are the operations that have done what they were asked for at least once.
    """

    operations: int
    cases: int
    wrong: str
    reached: frozenset[str] = field(default=frozenset(), compare=False)


@contextmanager
def running(service: str, settings: Mapping[str, object], log: Path) -> Iterator[str]:
    """The service as a process for as long as the block runs; its URL."""
    port = next(free_ports())
    url = f"http://{LOOPBACK}:{port}"
    told = {name.upper(): str(value) for name, value in settings.items()}
    env = {**os.environ, **told, "HTTP_PORT": str(port), "HTTP_HOST": LOOPBACK}
    process = Process(service, [sys.executable, "-m", service], env=env, log=log)
    process.start()
    try:
        process.wait_until(lambda: is_ready(url), seconds=300)
        yield url
    finally:
        process.stop()


def ask_everything(
    url: str,
    folder: Path,
    *,
    phases: str,
    headers: Mapping[str, str] | None = None,
    department: Mapping[str, str] | None = None,
    at_hand: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Ask every operation with these headers, those about a department's facts with the department's.

    `at_hand` is what the service keeps, by the first part of its address, and `now` its time.
    """
    operations = OF_DEPARTMENTS.format(headers=_table(department)) if department else ""
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(seed=SEED, examples=EXAMPLES, headers=_table(headers or {}), operations=operations))
    kept, reached = folder / "at-hand.json", folder / "reached.json"
    kept.write_text(json.dumps(at_hand or {}))
    reached.write_text("{}")
    told = {"AT_HAND": str(kept), "REACHED": str(reached), "NOW": (now or datetime.now(UTC)).isoformat()}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", config, "run", f"{url}/openapi.json"),
            *("--phases", phases, "--warnings", "off", "--no-color"),
        ],
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(CHECKS), "NO_PROXY": "*", **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
        stdin=subprocess.DEVNULL,
    )
    said = done.stdout
    asked, cases = re.search(r"Tested: (\d+)", said), re.search(r"(\d+) generated", said)
    assert asked is not None, said + done.stderr
    assert cases is not None, said + done.stderr
    answers: dict[str, dict[str, int]] = json.loads(reached.read_text())
    done_once = frozenset(label for label, counted in answers.items() if any(code[0] == "2" for code in counted))
    wrong = said[said.find("= FAILURES") :] if done.returncode else ""
    return Outcome(int(asked[1]), int(cases[1]), wrong, done_once)


def _table(headers: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in headers.items()) + "}"
