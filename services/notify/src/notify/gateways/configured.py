"""Which gateways a deployment has, by its settings; a provider's library is needed only where it is used."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from notify.domain.messages.template import Channel
from notify.gateways.gateway import Gateway
from notify.gateways.local import LocalSms
from notify.gateways.smtp import Mailbox, Smtp
from notify.settings import Settings, SmsProvider

Codes = Mapping[str, Mapping[str, str]]


def configured(settings: Settings, codes: Codes) -> dict[Channel, list[Gateway]]:
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


def _kannel(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    from notify.gateways.kannel import Kannel

    url = settings.callback_for("kannel")
    return Kannel(settings.kannel_url, settings.kannel_username, _told(settings.kannel_password), url)


def _aliyun(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    from notify.gateways.aliyun import Aliyun, AliyunAccount

    account = AliyunAccount(
        _told(settings.aliyun_access_key_id),
        _told(settings.aliyun_access_key_secret),
        settings.aliyun_endpoint,
        settings.aliyun_protocol,
    )
    return Aliyun(account, settings.sms_signature, codes)


def _tencent(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    from notify.gateways.tencent import Tencent, TencentAccount

    account = TencentAccount(
        _told(settings.tencent_secret_id),
        _told(settings.tencent_secret_key),
        settings.tencent_app_id,
        settings.tencent_region,
        settings.tencent_endpoint,
        settings.tencent_protocol,
    )
    return Tencent(account, settings.sms_signature, codes)


def _twilio(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    from notify.gateways.twilio import Twilio, TwilioAccount

    account = TwilioAccount(
        settings.twilio_account_sid, _told(settings.twilio_auth_token), settings.twilio_sender, settings.twilio_url
    )
    return Twilio(account, settings.callback_for("twilio"))


def _smpp(settings: Settings, codes: Mapping[str, str]) -> Gateway:
    from notify.gateways.smpp import Smpp, SmppAccount

    return Smpp(
        SmppAccount(
            settings.smpp_host,
            settings.smpp_port,
            settings.smpp_system_id,
            _told(settings.smpp_password),
            settings.smpp_source,
        )
    )


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


_SMS: dict[SmsProvider, Callable[[Settings, Mapping[str, str]], Gateway]] = {
    "local": _local,
    "kannel": _kannel,
    "aliyun": _aliyun,
    "tencent": _tencent,
    "twilio": _twilio,
    "smpp": _smpp,
}
