"""What containers are told: `python -m kefu_local.containers` draws passwords and keys and writes what each may know.

With `story` it plays the story against the containers that run; with `rotate` and `retire` it replaces secrets.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from kefu.console import errors
from kefu.surroundings import Surroundings
from kefu.trouble import Trouble
from kefu_local.authority import Authority
from kefu_local.keys import GATEWAY, Keys, draw_secret, kept_secret
from kefu_local.lines import Lines, hosts_of
from kefu_local.ports import LOOPBACK
from kefu_local.rights import CONSOLE, CORE, OPERATOR, bus_clients, bus_definitions, database_users, logins, services
from shared.files import replace_file
from shared.wire import ingress

FOLDER = Path(".run/compose")
MONGO_HOSTS = "KEFU_MONGO_HOSTS"
"""The variable that names a replica set's members; without it the one MongoDB of docker-compose.yml is told."""
GATEWAY_HOSTS = "KEFU_GATEWAY_HOSTS"
"""The variable that names the hosts under which people and departments reach the gateway, with commas between them."""
SIGN_IN_POLICY = "KEFU_SIGN_IN_POLICY"
"""The variable that names the file which says what groups of the identity provider play which roles."""
ISSUER = "KEFU_OIDC_ISSUER"
"""The variable that names the identity provider. With it the gateway hands what browsers open to the console."""


class Secrets:
    """A folder of what is known to whom: a folder for each container, and `keys`, which no container sees.

    Everything in it is made once and kept. Only we can enter it; what a container is shown is readable there for
    every user, because a bind mount shows the owner that a file has here.
    """

    def __init__(self, folder: Path = FOLDER, env: Mapping[str, str] = os.environ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.lines = Lines.from_environment(env)
        self._env = env
        self.keys = Keys(folder / "keys")
        self._read()

    def _read(self) -> None:
        kept = [user for name in bus_clients() for user in logins(name)]
        own = {name: kept_secret(self._password(name)) for name in (*kept, OPERATOR)}
        self.passwords = {**self.keys.passwords, **own}

    def login(self, service: str) -> str:
        """Which of its two users a service is told to be."""
        kept = self.folder / "keys" / f"{service}.login"
        return kept.read_text() if kept.exists() else logins(service)[0]

    def rotate(self) -> None:
        """New secrets for everybody beside those that count already. A service becomes its other user.

        What it is then told has to be applied: deploy/README.md has the steps.
        """
        for name in bus_clients():
            (idle,) = set(logins(name)) - {self.login(name)}
            draw_secret(self._password(idle))
            replace_file(self.folder / "keys" / f"{name}.login", idle, mode=0o600)
        self.keys = self.keys.rotate()
        self._read()

    def retire(self) -> None:
        """What counted before the last rotation counts no more, once it is applied."""
        for name in bus_clients():
            (idle,) = set(logins(name)) - {self.login(name)}
            draw_secret(self._password(idle))
        self.keys = self.keys.retire()
        self._read()

    def _password(self, user: str) -> Path:
        return self.folder / "keys" / f"{user}.password"

    def write(self) -> None:
        """Every container's folder, as the contracts say it."""
        (self.folder / "time").mkdir(exist_ok=True)
        self._show("rabbitmq", "definitions.json", json.dumps(self.definitions()))
        root = {"name": OPERATOR, "password": self.passwords[OPERATOR]}
        told = {"root": root, "users": database_users(self.passwords), "options": self.lines.mongo_options()}
        self._show("mongo", "users.json", json.dumps(told))
        for name in services():
            self._show(name, "mongo_url", self._mongo_url(name))
            self._show(name, "rabbit_url", self._rabbit_url(name, CORE))
            self._show(name, "seal_keys", self.keys.seal_keys)
            self._show(name, "link_keys", self.keys.link_keys)
            self._show(name, "staff.pub.pem", self.keys.staff_public.read_text())
            self._show(name, "departments.json", self.keys.api_key_hashes.read_text())
        for user in database_users(self.passwords):
            self._show("mongo-users", user["name"], user["password"])
        secret, before = self.keys.callback_secret, self.keys.callback_secret_before
        self._show("notify", "callback_secret", secret)
        if before is None:
            (self.folder / "notify" / "callback_secret_before").unlink(missing_ok=True)
        else:
            self._show("notify", "callback_secret_before", before)
        self._show("sinks", "receipt_url", f"http://notify:8000/callbacks/{secret}/local/receipts")
        self._show("intake", "ingress_url", self._rabbit_url("intake", ingress.VHOST))
        self._show("rabbitmq", "lines.conf", self.lines.rabbitmq())
        self._show("mongod", "mongod.conf", self.lines.mongod())
        self._show("gateway", "door.conf", self.lines.door())
        self._show(CONSOLE, "rabbit_url", self._rabbit_url(CONSOLE, CORE))
        self._show(CONSOLE, "session_key", kept_secret(self.folder / "keys" / "console.session-key"))
        if policy := self._env.get(SIGN_IN_POLICY):
            for name in bus_clients():
                self._show(name, "sign-in.toml", Path(policy).read_text(encoding="utf-8"))
        if self._env.get(ISSUER):
            self._show("gateway", "console", self._env[ISSUER])
        else:
            (self.folder / "gateway" / "console").unlink(missing_ok=True)
        if self.lines.encrypted:
            self._certify()

    @property
    def authority(self) -> Authority:
        """Who certifies the servers. The company's own lies in `keys/tls`, or is drawn there."""
        return Authority(self.folder / "keys" / "tls")

    def _certify(self) -> None:
        """RabbitMQ, MongoDB and the gateway prove themselves, and everybody who reaches the first two can tell."""
        authority = self.authority
        servers = {
            "rabbitmq": hosts_of("rabbitmq"),
            "mongod": hosts_of("mongo", self._env.get(MONGO_HOSTS, "")),
            "gateway": hosts_of("gateway", self._env.get(GATEWAY_HOSTS, "")),
        }
        for server, hosts in servers.items():
            certificate, key = authority.certify(server, hosts)
            self._show(server, "tls.crt", certificate)
            self._show(server, "tls.key", key)
            self._show(server, "tls.pem", certificate + key)
        for name in (*servers, *bus_clients(), "mongo"):
            self._show(name, "ca.crt", authority.certificate.read_text())

    def definitions(self) -> dict[str, list[dict[str, Any]]]:
        """All that RabbitMQ has to know: both vhosts, who may do what in them, and an operator."""
        departments, core = ingress.definitions(self.passwords, logins(GATEWAY)), bus_definitions(self.passwords)
        both = {part: [*departments.get(part, ()), *core.get(part, ())] for part in departments | core}
        users = {user["name"]: user for user in both["users"]}
        operator = {**ingress.user(OPERATOR, self.passwords[OPERATOR]), "tags": "administrator"}
        everything = {"user": OPERATOR, "configure": ".*", "write": ".*", "read": ".*"}
        both["users"] = [*users.values(), operator]
        both["permissions"] += [{**everything, "vhost": vhost["name"]} for vhost in both["vhosts"]]
        return both

    def around(self, env: Mapping[str, str] | None = None) -> Surroundings:
        """How commands on this machine reach the containers, over the ports that docker-compose.yml publishes."""
        env = self._env if env is None else env
        http, sinks = env.get("KEFU_OPERATORS_PORT") or "8081", env.get("KEFU_SINKS_PORT") or "8090"
        bus = f"{LOOPBACK}:{env.get('KEFU_AMQPS_PORT') or '5671'}" if self.lines.encrypted else ""
        bus = bus or f"{LOOPBACK}:{env.get('KEFU_AMQP_PORT') or '5672'}"
        database = f"{LOOPBACK}:{env.get('KEFU_MONGO_PORT') or '27017'}"
        ca = self.authority.certificate.resolve() if self.lines.encrypted else None
        return Surroundings(
            {
                "MONGO_URL": self.lines.mongo_url(self._login(OPERATOR), database, authority=ca, authSource="admin"),
                "RABBIT_URL": self.lines.rabbit_url(self._login(OPERATOR), bus, CORE, ca),
                "TIME_FILE": str((self.folder / "time" / "time.json").resolve()),
                "JWT_PRIVATE_KEY_FILE": str(self.keys.staff_private.resolve()),
                "SINKS_URL": f"http://{LOOPBACK}:{sinks}",
                **{f"{name.upper()}_URL": f"http://{LOOPBACK}:{http}/{name}" for name in services()},
                **{f"{name.upper()}_API_KEY": key for name, key in self.keys.api_keys.items()},
                **{
                    f"{name.upper()}_INGRESS_URL": self.lines.rabbit_url(self._login(name), bus, ingress.VHOST, ca)
                    for name in ingress.departments()
                },
            }
        )

    def _login(self, name: str) -> str:
        return f"{name}:{self.passwords[name]}"

    def _mongo_url(self, name: str) -> str:
        return self.lines.mongo_url(self._login(self.login(name)), self._env.get(MONGO_HOSTS) or "mongo:27017", name)

    def _rabbit_url(self, name: str, vhost: str) -> str:
        return self.lines.rabbit_url(self._login(self.login(name)), "rabbitmq", vhost)

    def _show(self, container: str, name: str, text: str) -> None:
        folder = self.folder / container
        folder.mkdir(exist_ok=True)
        replace_file(folder / name, text, mode=0o444)


def _environment() -> dict[str, str]:
    """What Docker Compose knows: the environment, and `.env` for what that does not say."""
    kept = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return kept | os.environ


def main() -> None:
    """Exit code 1, and a word why, when the story does not happen as told."""
    try:
        secrets = Secrets(env=_environment())
        if sys.argv[1:] in (["rotate"], ["retire"]):
            getattr(secrets, sys.argv[1])()
        secrets.write()
    except Trouble as trouble:
        errors.print(str(trouble), style="red", markup=False)
        sys.exit(1)
    if sys.argv[1:] != ["story"]:
        return
    from kefu_local.story import play

    try:
        asyncio.run(play(secrets.around()))
    except Trouble as trouble:
        errors.print(str(trouble), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
