"""A misspelt key in a file of the company's figures or words is an error, in whichever table of the file it stands."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aftersales.settings import POLICY as AFTERSALES
from complaints.settings import POLICY as COMPLAINTS
from intake.settings import POLICY as INTAKE
from notify.domain.messages.reading import BadCatalogue, read
from notify.domain.messages.toml_file import TomlFile
from notify.settings import POLICY as MESSAGES
from orders.domain.route import Route
from orders.settings import POLICY as ORDERS
from shared.calendar import Holidays
from shared.identity.groups import GroupRoles
from shared.policy import Policy, read_policies
from shared.retention import AuditPolicy

ROOT = Path(__file__).parents[3]
TABLES = ROOT / "services/notify/src/notify/domain/tables"
NO_VALUE = date(1979, 5, 27)
"""Where keys are free, what is planted is wrong by its value: no such table of ours has days for values."""


def shipped(package: str) -> Path:
    return ROOT / f"services/{package}/src/{package}/domain/policy"


FILES: Mapping[Path, type[Policy]] = {
    **{
        file: policy.kind
        for policy in (AFTERSALES, COMPLAINTS, INTAKE, MESSAGES, ORDERS)
        for file in shipped(policy.package).glob("*.toml")
    },
    **dict.fromkeys(shipped("orders").glob("routes/*/*.toml"), Route),
    ROOT / "shared/src/shared/retention/audit_v1.toml": AuditPolicy,
}
WRITTEN: Mapping[type[Policy], str] = {
    Holidays: "days_off = [2026-01-02]",
    GroupRoles: 'groups = { cs = ["cs_specialist"] }',
}


def plant(value: Any, place: str, places: set[str]) -> Any:
    """The same with a misspelt key in every table; the path to each of them is added to `places`."""
    if isinstance(value, list):
        return [plant(each, f"{place}{number}.", places) for number, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    places.add(f"{place}misspelt")
    return {**{key: plant(each, f"{place}{key}.", places) for key, each in value.items()}, "misspelt": NO_VALUE}


def toml(value: Any) -> str:
    """A value as it may stand in a line of a TOML file."""
    if isinstance(value, dict):
        return f"{{ {', '.join(lines(value))} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else value.isoformat()


def lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{json.dumps(key, ensure_ascii=False)} = {toml(each)}" for key, each in table.items()]


def misspelt(text: str) -> tuple[str, set[str]]:
    """The file with a misspelt key in each of its tables, and where they stand."""
    places: set[str] = set()
    return "\n".join(lines(plant(tomllib.loads(text), "", places))), places


BETWEEN = r"\.(?:after|daily|weekly|monthly|yearly)(?=\.misspelt)|(?<=\.v1)\.0(?=\.)|(?<=\.ends\.misspelt)\.0"
"""What the library puts into a path: the kind of a term, and the number of what may stand alone or in a list."""


def told(error: object) -> set[str]:
    """The paths to what is misspelt."""
    return set(re.findall(r"(\S*misspelt): ", re.sub(BETWEEN, "", str(error))))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(pytest.param(kind, file.read_text("utf-8"), id="-".join(file.parts[-2:])) for file, kind in FILES.items()),
        *(
            pytest.param(
                kind,
                f'name = "own"\nversion = 1\nin_force_from = 2026-01-01\napproved_by = "gm"\n{text}\n',
                id=kind.__name__,
            )
            for kind, text in WRITTEN.items()
        ),
    ],
)
def test_a_misspelt_key_in_any_table_of_a_policy_is_told_with_its_file(
    kind: type[Policy], text: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    assert [each.version for each in read_policies(kind, own)] == [1]
    text, places = misspelt(text)
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"own\.toml: ") as refused:
        read_policies(kind, own)
    assert told(refused.value) == {re.sub(BETWEEN, "", place) for place in places}


@pytest.mark.parametrize("file", sorted(TABLES.rglob("*.toml")), ids=lambda file: file.stem)
def test_a_misspelt_key_in_any_table_of_the_messages_is_told_with_its_file(file: Path) -> None:
    text, places = misspelt(file.read_text(encoding="utf-8"))
    own = TomlFile("own.toml", text)
    with pytest.raises(BadCatalogue, match=r"own\.toml:\d+: ") as refused:
        read([own], [], ()) if file.parent == TABLES else read([], [(file.stem, own)], ())
    assert told(refused.value) == {re.sub(BETWEEN, "", place) for place in places}
