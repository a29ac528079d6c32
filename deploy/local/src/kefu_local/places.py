"""Where everything of one `make run` listens, and how the services and the `kefu` command are told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kefu.surroundings import SERVICES
from kefu.trouble import Trouble
from kefu_local.keys import GATEWAY, Keys
from kefu_local.ports import LOOPBACK, claim
from kefu_local.rabbitmq import RabbitPorts
from kefu_local.servers import ServerPorts, Servers, with_login

VARIABLE = "PORTS"
_FIRST = 8100


@dataclass(frozen=True)
class Places:
    """One block of ports on the loopback interface; the variable PORTS moves it, `make run PORTS=9100`."""

    first: int = _FIRST

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Places":
        first = env.get(VARIABLE) or str(_FIRST)
        if not first.isdecimal() or not 1024 <= int(first) <= 65_000:
            raise Trouble(f"{VARIABLE}={first} is not a port between 1024 and 65000.")
        return cls(int(first))

    @property
    def services(self) -> dict[str, int]:
        return {name: self.first + place for place, name in enumerate(SERVICES, start=1)}

    @property
    def gateway(self) -> int:
        """Where a browser finds everything."""
        return self.first

    @property
    def console(self) -> int:
        return self.first + 6

    @property
    def sms(self) -> int:
        return self.first + 11

    @property
    def smtp(self) -> int:
        return self.first + 12

    @property
    def servers(self) -> ServerPorts:
        first = self.first
        return ServerPorts(RabbitPorts(first + 21, first + 22, first + 23, first + 24), first + 31)

    def claim(self, env: Mapping[str, str]) -> None:
        """Trouble when a port that will be needed is taken."""
        wanted = {**self.services, "the SMS gateway": self.sms, "the mail server": self.smtp}
        wanted |= {"the gateway": self.gateway, "the console": self.console}
        rabbit = self.servers.rabbit
        if not env.get("RABBIT_URL"):
            wanted |= {"RabbitMQ": rabbit.amqp, "RabbitMQ's management API": rabbit.management}
            wanted |= {"RabbitMQ's name server": rabbit.epmd, "RabbitMQ's distribution": rabbit.distribution}
        if not env.get("MONGO_URL"):
            wanted["MongoDB"] = self.servers.mongo
        for user, port in wanted.items():
            claim(port, user, VARIABLE)

    def environment(self, running: Servers, keys: Keys, run: Path) -> dict[str, str]:
        """What services and the command read from their environment."""
        return {
            "MONGO_URL": running.mongo_url,
            "RABBIT_URL": running.rabbit_url,
            "INGRESS_URL": with_login(running.ingress_url, GATEWAY, keys.passwords[GATEWAY]),
            # A replay tells what happens until a stop before it moves the time there.
            "FACT_AHEAD_LIMIT": "P1D",
            # Our own sinks know immediately what they took.
            "ASK_AFTER": "[1, 3]",
            "TIME_FILE": str(run / "time.json"),
            "JWT_PRIVATE_KEY_FILE": str(keys.staff_private),
            "JWT_PUBLIC_KEY_FILE": str(keys.staff_public),
            "API_KEYS_FILE": str(keys.api_key_hashes),
            "SINKS_FOLDER": str(run / "messages"),
            "SINKS_URL": f"http://{LOOPBACK}:{self.sms}",
            "SMS_GATEWAY_URL": f"http://{LOOPBACK}:{self.sms}",
            "SMS_PORT": str(self.sms),
            "CHAT_GROUPS": json.dumps({"default": [f"json://{LOOPBACK}:{self.sms}/chat"]}),
            "SEAL_KEYS": keys.seal_keys,
            "LINK_KEYS": keys.link_keys,
            "CUSTOMER_URL": f"http://{LOOPBACK}:{self.gateway}",
            "CALLBACK_SECRET": keys.callback_secret,
            "RECEIPT_URL": f"http://{LOOPBACK}:{self.services['notify']}"
            f"/callbacks/{keys.callback_secret}/local/receipts",
            "SMTP_URL": f"smtp://{LOOPBACK}:{self.smtp}",
            "SMTP_PORT": str(self.smtp),
            "CONSOLE_LOGIN": "personas",
            "CONSOLE_PORT": str(self.console),
            "CONSOLE_URL": f"http://{LOOPBACK}:{self.gateway}",
            **{f"{name.upper()}_PORT": str(port) for name, port in self.services.items()},
            **{f"{name.upper()}_URL": f"http://{LOOPBACK}:{port}" for name, port in self.services.items()},
            **{
                f"{name.upper()}_INGRESS_URL": with_login(running.ingress_url, name, keys.passwords[name])
                for name in keys.api_keys
            },
            **{f"{name.upper()}_API_KEY": key for name, key in keys.api_keys.items()},
        }
