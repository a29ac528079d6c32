"""Who may ask what, as docs/rights.md says it."""

import re
from pathlib import Path

from shared.contracts.roles import Department, Role

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
CHINESE = {role.chinese: role for role in Role}
LINE = re.compile(r"\| `(?P<method>[A-Z]+) (?P<path>/\S*)` \| [^|]* \| (?P<staff>[^|]*) \| (?P<departments>[^|]*) \|")


def name(asker):
    """A role and a department of one name have equal texts, so that a set would take them for one."""
    return f"{type(asker).__name__} {asker.value}"


def read(staff, departments):
    """The askers of one line; None for anybody."""
    if staff == departments == "anybody":
        return None
    roles = Role if staff == "every role" else [CHINESE[each] for each in staff.split(" · ") if each != "none"]
    systems = Department if departments == "every department" else departments.split(" · ")
    return {name(role) for role in roles} | {name(Department(each)) for each in systems if each != "none"}


def table():
    """What the page says: by service, method and path, who may ask."""
    found = {}
    section = ""
    for line in (ROOT / "docs" / "rights.md").read_text(encoding="utf-8").splitlines():
        section = line.removeprefix("## ") if line.startswith("## ") else section
        if said := LINE.fullmatch(line):
            for service in NAMES if section == "Every service" else [section]:
                found[service, said["method"], said["path"]] = read(said["staff"], said["departments"])
    return found


TABLE = table()
