"""Who may read which page, for the console, whose navigation leads each person to what they may read."""

import json
import re
from pathlib import Path

from generators import ROOT
from generators.rights import rights
from generators.services import services
from shared.contracts.roles import Role

READERS = ROOT / "console" / "src" / "console" / "readers.json"


def table() -> dict[Path, str]:
    """One file: the roles that each page but the papers lets in, by its address behind the gateway.

    A list and the pages of its things stand under one address: whom all of them let in.
    """
    found: dict[str, list[str]] = {}
    for service in services():
        for right in rights(service.app):
            if right.method == "GET" and re.match("/ui/(?!papers/)", right.path):
                address = f"/{service.name}{right.path.partition('/{')[0]}"
                roles = [asker.value for asker in right.askers or () if isinstance(asker, Role)]
                found[address] = [role for role in roles if role in found.get(address, roles)]
    lines = ",\n".join(f"  {json.dumps(address)}: {json.dumps(roles)}" for address, roles in found.items())
    return {READERS: f"{{\n{lines}\n}}\n"}
