"""What notify is told by its environment: who we are, which carriers there are, how patient to be."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, ValidationError, model_validator

from notify.domain.parts.company import Company
from notify.domain.policy.policy import MessagePolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.notify import (
    DeadlineApproachingAtNotify,
    DeadlineHeldByNotify,
    DeadlineMetByNotify,
    DeadlineMissedByNotify,
    DeadlineReassignedByNotify,
    DeadlineSetByNotify,
)
from shared.policy import ShippedPolicy, fault, read_toml
from shared.settings import ServiceSettings

SmsProvider = Literal["local", "aliyun", "tencent", "twilio", "kannel", "smpp"]

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByNotify,
    approaching=DeadlineApproachingAtNotify,
    missed=DeadlineMissedByNotify,
    met=DeadlineMetByNotify,
    held=DeadlineHeldByNotify,
    reassigned=DeadlineReassignedByNotify,
)
POLICY = ShippedPolicy(MessagePolicy, "notify")

TemplateCodes = dict[str, dict[str, str]]


def read_codes(file: Path | None) -> TemplateCodes:
    """Which code each provider gave each template. ValueError names the file and what is wrong in it."""
    if file is None:
        return {}
    try:
        return TypeAdapter(TemplateCodes).validate_python(read_toml(file))
    except ValidationError as error:
        raise ValueError(f"{file}: {'; '.join(map(fault, error.errors()))}") from error


def _codes_checked(file: Path | None) -> Path | None:
    read_codes(file)
    return file


class Settings(ServiceSettings):
    """Each field is an environment variable of the same name in upper case; lists and maps are JSON."""

    company: str = Field(default="客服示范公司", description="Who signs the messages.")
    sms_signature: str = Field(default="客服示范", description="What stands in 【】 before every SMS.")
    console_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="The page that staff's messages link to; {about} in it stands for the number of the order or case.",
    )
    customer_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+$",
        description="Where customers find their page, without a path; with it and LINK_KEYS their e-mails carry links.",
    )
    customer_link_days: int = Field(default=180, ge=1, le=400, description="Days for which such a link holds.")
    notify_policy: Annotated[Path | None, AfterValidator(POLICY.check)] = Field(
        default=None, description="The company's versions of the message policy (TOML): a file, or a folder of them."
    )
    catalogue_folder: Path | None = Field(
        default=None,
        description="Own tables, read after the built-in ones and laid out like them.",
    )
    template_codes_file: Annotated[Path | None, AfterValidator(_codes_checked)] = Field(
        default=None, description='TOML: under each provider, "template@version" = its code there.'
    )

    sms_providers: tuple[SmsProvider, ...] = Field(default=("local",), description="In the order they are tried.")
    sms_gateway_url: str = Field(default="http://127.0.0.1:8111", description="The development gateway.")
    aliyun_access_key_id: SecretStr | None = None
    aliyun_access_key_secret: SecretStr | None = None
    aliyun_endpoint: str = "dysmsapi.aliyuncs.com"
    aliyun_protocol: Literal["http", "https"] = "https"
    tencent_secret_id: SecretStr | None = None
    tencent_secret_key: SecretStr | None = None
    tencent_app_id: str = ""
    tencent_region: str = "ap-guangzhou"
    tencent_endpoint: str = "sms.tencentcloudapi.com"
    tencent_protocol: Literal["http", "https"] = "https"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_sender: str = ""
    twilio_url: str = "https://api.twilio.com"
    kannel_url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    kannel_username: str = ""
    kannel_password: SecretStr | None = None
    smpp_host: str = "127.0.0.1"
    smpp_port: int = 2775
    smpp_system_id: str = ""
    smpp_password: SecretStr | None = None
    smpp_source: str = ""
    callback_url: str | None = Field(
        default=None, description="Where providers reach the callback routes; with it receipts are asked for."
    )
    callback_secret: SecretStr = Field(
        min_length=16, description="Part of every callback's path: most providers sign nothing. There is no default."
    )
    callback_secret_before: SecretStr | None = Field(
        default=None, min_length=16, description="The one that providers may still use while it is replaced."
    )

    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:8112")
    smtp_connections: int = Field(default=8, ge=1)
    mail_from: str = "service@kefu.example"
    chat_groups: dict[str, tuple[str, ...]] = Field(
        default={}, description="Role to Apprise URLs; the `default` group hears what has no group of its own."
    )

    send_at_once: int = Field(default=512, ge=4, description="Messages in flight at most.")
    send_budget: float = Field(default=10.0, gt=0, description="Seconds that one attempt may take.")
    send_lease: float = Field(default=30.0, gt=0, description="Seconds until a silent attempt is unknown.")
    ask_after: tuple[float, ...] = Field(
        default=(15.0, 60.0, 300.0, 1800.0), min_length=1, description="Seconds between questions about an unknown one."
    )

    @model_validator(mode="after")
    def _trusted_lease(self) -> Self:
        if self.send_lease < 2 * self.send_budget:
            raise ValueError("SEND_LEASE has to be at least twice SEND_BUDGET, or two processes may send one message")
        return self

    def rules(self, calendar: Calendar) -> Rules:
        """The company's rules for messages: its policy in every version, counted in this calendar."""
        return Rules(POLICY.read(self.notify_policy), Clocks(ANNOUNCEMENTS, calendar))

    def codes(self) -> TemplateCodes:
        """Which code each provider gave each template."""
        return read_codes(self.template_codes_file)

    @property
    def our_company(self) -> Company:
        """What the company says once for all messages."""
        return Company(
            name=self.company,
            signature=self.sms_signature,
            hotline=self.hotline,
            timezone=self.timezone,
            console=self.console_url,
        )

    @property
    def callback_secrets(self) -> tuple[SecretStr, ...]:
        """The secrets that prove a provider: the present one, and during a rotation the one before."""
        return tuple(filter(None, (self.callback_secret, self.callback_secret_before)))

    def callback_for(self, provider: str) -> str | None:
        """Where this provider reaches its callback routes; nothing when it cannot reach us."""
        if self.callback_url is None:
            return None
        return f"{self.callback_url.rstrip('/')}/callbacks/{self.callback_secret.get_secret_value()}/{provider}"
