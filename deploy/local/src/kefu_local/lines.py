"""How servers listen and are reached: over TLS with the site's authority, or in the clear; KEFU_TLS=on decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.trouble import Trouble
from kefu_local.ports import LOOPBACK

VARIABLE = "KEFU_TLS"
SHOWN = Path("/run/secrets")
"""Where a container finds what it is shown."""
AMQP, AMQPS = 5672, 5671


@dataclass(frozen=True)
class Lines:
    """Plain lines, or encrypted ones whose servers prove themselves by certificates in the folder `shown`."""

    encrypted: bool
    shown: Path = SHOWN

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Lines":
        said = env.get(VARIABLE) or "off"
        if said not in {"on", "off"}:
            raise Trouble(f"{VARIABLE}={said} is neither on nor off.")
        return cls(said == "on")

    def rabbit_url(self, login: str, at: str, vhost: str, authority: Path | None = None) -> str:
        """How a client reaches RabbitMQ at `host:port`, or at `host` on the usual port."""
        where = at if ":" in at else f"{at}:{AMQPS if self.encrypted else AMQP}"
        if not self.encrypted:
            return f"amqp://{login}@{where}/{vhost}"
        return f"amqps://{login}@{where}/{vhost}?cafile={authority or self.shown / 'ca.crt'}"

    def mongo_url(self, login: str, hosts: str, database: str = "", authority: Path | None = None, **more: str) -> str:
        """How a client reaches MongoDB."""
        options = {**more, **self.mongo_options(authority)}
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"mongodb://{login}@{hosts}/{database}{'?' if query else ''}{query}"

    def mongo_options(self, authority: Path | None = None) -> dict[str, str]:
        """What MongoDB's driver has to be told of this, as in a URL."""
        return {"tls": "true", "tlsCAFile": str(authority or self.shown / "ca.crt")} if self.encrypted else {}

    def rabbitmq(self, amqp: str = str(AMQPS), management: Sequence[str] = ("ip = ::", "port = 15672")) -> str:
        """What RabbitMQ's configuration says of this. Nothing listens in the clear where lines are encrypted."""
        if not self.encrypted:
            return "# Plain lines: KEFU_TLS=on make secrets\n"
        files = {"cacertfile": "ca.crt", "certfile": "tls.crt", "keyfile": "tls.key"}
        lines = ["listeners.tcp = none", f"listeners.ssl.1 = {amqp}"]
        lines += [f"ssl_options.{option} = {self.shown / file}" for option, file in files.items()]
        lines += ["ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false"]
        lines += ["ssl_options.versions.1 = tlsv1.3", "ssl_options.versions.2 = tlsv1.2"]
        lines += [f"management.ssl.{each}" for each in management]
        lines += [f"management.ssl.{option} = {self.shown / file}" for option, file in files.items()]
        return "\n".join(lines) + "\n"

    def mongod(self) -> str:
        """What mongod's configuration says of this."""
        if not self.encrypted:
            return "net: {tls: {mode: disabled}}\n"
        return (
            "net:\n  tls:\n    mode: requireTLS\n"
            f"    certificateKeyFile: {self.shown / 'tls.pem'}\n"
            f"    CAFile: {self.shown / 'ca.crt'}\n"
            "    allowConnectionsWithoutCertificates: true\n"
            "    disabledProtocols: TLS1_0,TLS1_1\n"
        )

    def door(self, port: int = 8080) -> str:
        """What the gateway's configuration says of this."""
        if not self.encrypted:
            return f"listen {port};\n"
        return (
            f"listen {port} ssl;\n"
            f"ssl_certificate {self.shown / 'tls.crt'};\n"
            f"ssl_certificate_key {self.shown / 'tls.key'};\n"
            "ssl_protocols TLSv1.2 TLSv1.3;\n"
            "ssl_session_tickets off;\n"
        )


PLAIN = Lines(encrypted=False)


def hosts_of(server: str, further: str = "") -> list[str]:
    """By which names a server is reached: its container's, this machine's, and `further` ones (`host[:port],…`)."""
    named = [each.strip().partition(":")[0] for each in further.split(",") if each.strip()]
    return list(dict.fromkeys([server, "localhost", LOOPBACK, *named]))
