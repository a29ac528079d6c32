"""Which keys and passwords this machine's kefu uses; each is made once and kept under one folder."""

import secrets
from pathlib import Path

from shared.identity import add_api_key, create_key_pair
from shared.wire import ingress

GATEWAY = "intake"
"""The user that reads the departments' inboxes."""


class Keys:
    """Staff's key pair, every department's API key and password for RabbitMQ, and the SMS gateway's proof."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.staff_private = folder / "staff.pem"
        self.staff_public = folder / "staff.pub.pem"
        self.api_key_hashes = folder / "departments.json"
        if not self.staff_private.exists():
            create_key_pair(self.staff_private, self.staff_public)
        self.passwords = {name: kept_secret(folder / f"{name}.password") for name in (*ingress.departments(), GATEWAY)}
        self.callback_secret = kept_secret(folder / "callback.secret")
        self.api_keys = {name: self._api_key(folder, name) for name in ingress.departments()}

    def _api_key(self, folder: Path, department: str) -> str:
        kept = folder / f"{department}.api-key"
        if not kept.exists():
            _keep(kept, add_api_key(self.api_key_hashes, department))
        return kept.read_text()


def kept_secret(path: Path) -> str:
    """A secret drawn once, in a file that only we can read."""
    if not path.exists():
        _keep(path, secrets.token_hex(16))
    return path.read_text()


def _keep(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret)
    path.chmod(0o400)
