"""Which gateways a deployment has, by its settings; a provider's library is needed only where it is used."""

from collections.abc import Callable, Mapping

from notify.domain.template import Channel
from notify.gateways.gateway import Gateway
from notify.gateways.local import LocalSms
from notify.gateways.smtp import Mailbox, Smtp
from notify.settings import Settings, SmsProvider

Codes = Mapping[str, Mapping[str, str]]


def carriers(settings: Settings, codes: Codes) -> dict[Channel, list[Gateway]]:
    """The gateways of each channel, in the order in which they are tried."""
    mailbox = Mailbox(settings.smtp_url.get_secret_value(), settings.mail_from, settings.company)
    found: dict[Channel, list[Gateway]] = {
        "sms": [_SMS[name](settings, codes.get(name, {})) for name in settings.sms_providers],
        "email": [Smtp(mailbox, connections=settings.smtp_connections, timeout=settings.send_budget)],
    }
    if settings.chat_groups:
        from notify.gateways.chat import Chat

        found["chat"] = [Chat(settings.chat_groups)]
    return found


def _local(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    return LocalSms(settings.sms_gateway_url, timeout=settings.send_budget)


_SMS: dict[SmsProvider, Callable[[Settings, Mapping[str, str]], Gateway]] = {"local": _local}
