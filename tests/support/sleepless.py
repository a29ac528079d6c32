"""A message policy for tests in which messages go out at any hour."""

import re
from importlib.resources import files
from pathlib import Path


def without_rest(folder: Path) -> Path:
    """The shipped message policy, but messages go out at any hour."""
    shipped = files("notify.domain").joinpath("policy", "messages_v1.toml").read_text(encoding="utf-8")
    changed, count = re.subn(r'^(begin|end) = "\d\d:00"$', r'\1 = "00:00"', shipped, flags=re.MULTILINE)
    assert count == 2
    own = folder / "notify_policy.toml"
    own.write_text(changed, encoding="utf-8")
    return own
