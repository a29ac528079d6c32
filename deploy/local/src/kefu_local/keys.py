"""Which keys and passwords this machine's kefu uses; each is made once and kept under one folder."""

import json
import secrets
from pathlib import Path

from shared.files import replace_file
from shared.identity import add_api_key, create_key_pair
from shared.wire import ingress

GATEWAY = "intake"
"""The user that reads the departments' entrances."""


class Keys:
    """Staff's key pair, departments' API keys and passwords for RabbitMQ, the SMS gateway's proof, seals' and links'.

    `rotate` draws new ones beside them; those before count until `retire`. Departments' passwords are not among these.
    A key of seals is never removed, since documents that it sealed stay: `rotate` makes a new one known, `retire` makes
    it the one that seals, so that a replica of before never meets a seal whose key it does not know. A key
    of links becomes known and signs in the same way; the one before proves its links until the next rotation.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seal_keys = folder / "seal.keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.staff_private = folder / "staff.pem"
        self.staff_public = folder / "staff.pub.pem"
        self.api_key_hashes = folder / "departments.json"
        if not self.staff_private.exists():
            create_key_pair(self.staff_private, self.staff_public)
        self.passwords = {name: kept_secret(folder / f"{name}.password") for name in (*ingress.departments(), GATEWAY)}
        if not self._seal_keys.exists():
            _keep(self._seal_keys, _drawn_key())
        self.seal_keys = self._seal_keys.read_text()
        self._link_keys = folder / "link.keys"
        if not self._link_keys.exists():
            _keep(self._link_keys, _drawn_key())
        self.link_keys = self._link_keys.read_text()
        self.callback_secret = kept_secret(folder / "callback.secret")
        before = folder / "callback.secret.before"
        self.callback_secret_before = before.read_text() if before.exists() else None
        self.api_keys = {name: self._api_key(folder, name) for name in ingress.departments()}

    def rotate(self) -> "Keys":
        """A new key of staff's, a new API key for every department, a new secret for callbacks and a new key of seals,
        which seals nothing yet; the keys as they are from now on."""
        folder, retiring = self._folder, self.staff_public.read_text()
        create_key_pair(self.staff_private, self.staff_public)
        replace_file(self.staff_public, self.staff_public.read_text() + _first_key(retiring))
        for name in self.api_keys:
            _keep(folder / f"{name}.api-key", add_api_key(self.api_key_hashes, name))
        _keep(folder / "callback.secret.before", self.callback_secret)
        draw_secret(folder / "callback.secret")
        _keep(self._seal_keys, f"{self.seal_keys},{_drawn_key()}")
        _keep(self._link_keys, f"{self.link_keys},{_drawn_key()}")
        return Keys(folder)

    def retire(self) -> "Keys":
        """Only the newest count: the keys as they are from now on."""
        replace_file(self.staff_public, _first_key(self.staff_public.read_text()))
        hashes = json.loads(self.api_key_hashes.read_text())
        newest = {name: known[-1:] for name, known in hashes.items()}
        replace_file(self.api_key_hashes, json.dumps(newest, indent=2) + "\n", mode=0o600)
        (self._folder / "callback.secret.before").unlink(missing_ok=True)
        *older, newest_seal_key = self.seal_keys.split(",")
        _keep(self._seal_keys, ",".join((newest_seal_key, *older)))
        signed, *_, newest_link_key = self.link_keys.split(",")
        _keep(self._link_keys, f"{newest_link_key},{signed}")
        return Keys(self._folder)

    def _api_key(self, folder: Path, department: str) -> str:
        kept = folder / f"{department}.api-key"
        if not kept.exists():
            _keep(kept, add_api_key(self.api_key_hashes, department))
        return kept.read_text()


def kept_secret(path: Path) -> str:
    """A secret drawn once, in a file that only we can read."""
    if not path.exists():
        draw_secret(path)
    return path.read_text()


def draw_secret(path: Path) -> None:
    """A new secret in that file, whatever was in it."""
    _keep(path, secrets.token_hex(16))


def _drawn_key() -> str:
    return f"{secrets.token_hex(4)}:{secrets.token_hex(32)}"


def _keep(path: Path, secret: str) -> None:
    replace_file(path, secret, mode=0o400)


def _first_key(pem: str) -> str:
    """The first of several keys in one text, with its end of line."""
    first, end, _ = pem.partition("-----END PUBLIC KEY-----")
    return f"{first}{end}\n"
