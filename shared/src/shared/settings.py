"""What a service is told by its environment, and a clear word when it is told something wrong."""

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.calendar import Calendar, Holidays
from shared.contracts.vocabulary import TimeZone
from shared.identity import GroupRoles, IdentityProvider, LocalKey, StaffTokens
from shared.identity.customer_links import LinkKeys
from shared.identity.provider import is_private_line
from shared.kernel.seals import SealKeys
from shared.policy import read_policies
from shared.retention import audit_policies

S = TypeVar("S", bound=BaseSettings)

SECRETS = Path("/run/secrets")
"""Where containers are shown their secrets: a file for each setting, by its name in lower case."""


class BadSettings(Exception):
    """The environment cannot be used; the text names each variable, what is wrong, and no value that may be secret."""


def _scheme(*allowed: str) -> AfterValidator:
    def check(url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(allowed):
            raise ValueError(f"must start with {' or '.join(allowed)}")
        return url

    return AfterValidator(check)


def _issuer(url: str) -> str:
    if not is_private_line(url):
        raise ValueError("must start with https://, or with http:// on this machine")
    return url


MongoUrl = Annotated[SecretStr, _scheme("mongodb://", "mongodb+srv://")]
RabbitUrl = Annotated[SecretStr, _scheme("amqp://", "amqps://")]


class StaffSettings(BaseSettings):
    """By what staff are recognised: tokens of the local key, and those of the company's identity provider."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    timezone: TimeZone = Field(default="Asia/Shanghai", description="Where days begin.")

    jwt_public_key_file: Path | None = Field(
        default=None, description="PEM; the keys of tokens that we issue ourselves, the newest first."
    )
    jwt_issuer: str = "kefu"
    jwt_audience: str = "kefu"
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        default=None, description="The company's identity provider, exactly as its tokens name it in iss."
    )
    oidc_audience: str = Field(default="kefu", min_length=1, description="What its tokens for us name in aud.")
    oidc_subject_claim: str = Field(default="sub", min_length=1, description="The claim that says who a person is.")
    oidc_groups_claim: str = Field(default="groups", min_length=1, description="The claim that lists their groups.")
    oidc_authority_file: Path | None = Field(
        default=None, description="PEM; the authorities that certify the provider, instead of the public ones."
    )
    sign_in_policy: Path | None = Field(
        default=None, description="Which groups play which roles (TOML); see shared.identity.GroupRoles."
    )
    revoked_subjects_file: Path | None = Field(default=None, description="Who is out, a subject in each line.")
    subjects_ignore_case: bool = Field(default=False, description="Whether ZHANG and zhang are one person.")
    token_longest_life: float = Field(default=43_200, gt=0, description="Seconds from iat to exp at most.")
    token_leeway: float = Field(default=30, ge=0, le=300, description="Seconds by which clocks may differ.")

    @model_validator(mode="after")
    def _staff_can_be_recognised(self) -> Self:
        if self.oidc_issuer is not None:
            if self.sign_in_policy is None:
                raise ValueError("SIGN_IN_POLICY is not set: without it no group of OIDC_ISSUER has a role")
            if self.oidc_issuer == self.jwt_issuer:
                raise ValueError("OIDC_ISSUER and JWT_ISSUER are the same: each needs a name of its own")
        self.staff_tokens()
        return self

    def staff_tokens(self) -> StaffTokens:
        """What verifies staff's tokens: those of the local key, and those of the identity provider if there is one.

        ValueError when a file that has to be read at the start cannot be.
        """
        local = LocalKey(self.jwt_public_key_file, self.jwt_issuer, self.jwt_audience)
        provider = self.identity_provider()
        issuers = (provider, local) if provider and self.jwt_public_key_file else (provider or local,)
        return StaffTokens(
            *issuers,
            revoked=self.revoked_subjects_file,
            ignore_case=self.subjects_ignore_case,
            leeway=self.token_leeway,
            longest_life=self.token_longest_life,
        )

    def identity_provider(self) -> IdentityProvider | None:
        """The company's identity provider, if one is set."""
        if self.oidc_issuer is None or self.sign_in_policy is None:
            return None
        return IdentityProvider(
            self.oidc_issuer,
            self.oidc_audience,
            read_policies(GroupRoles, self.sign_in_policy),
            timezone=self.timezone,
            groups_claim=self.oidc_groups_claim,
            subject_claim=self.oidc_subject_claim,
            authority=self.oidc_authority_file,
        )


class ServiceSettings(StaffSettings):
    """Settings that every service has. Each field is an environment variable of the same name in upper case."""

    mongo_url: MongoUrl = Field(description="Where the service's documents are kept.")
    mongo_database: str | None = Field(default=None, description="Its database; the service's name by default.")
    rabbit_url: RabbitUrl = Field(description="The core vhost of the bus.")
    seal_keys: SecretStr = Field(
        description="Keys of seals, id:key,id:key; the first seals, all verify; each of 32 bytes or more."
    )
    seal_check_every: float = Field(
        default=3600.0, gt=0, description="Seconds between two checks whether what is stored is what was sealed."
    )
    link_keys: SecretStr | None = Field(
        default=None,
        description="Keys of customers' links, id:key,id:key; the first signs, all verify; 32 characters or more each; "
        "without them customers have no page.",
    )
    hotline: str = Field(default="020-88886666", description="The number customers may call.")
    ingress_url: RabbitUrl | None = Field(default=None, description="The departments' vhost, for the gateway alone.")

    http_host: str = Field(default="127.0.0.1", description="Where the API listens.")
    http_port: int = Field(default=8000, ge=0, le=65535, description="Its port; 0 takes any free one.")
    request_seconds: float = Field(
        default=20.0,
        gt=0,
        description="Seconds within which a request has to arrive whole and its answer to be taken.",
    )
    http_connections: int = Field(default=1000, ge=1, description="Connections that a process holds at most.")
    http_connections_per_client: int = Field(
        default=500, ge=1, description="Connections of one address; behind a gateway all come from the gateway's."
    )
    body_limit: int = Field(default=1024 * 1024, gt=0, description="Bytes a request may carry.")
    bodies_in_hand: int = Field(
        default=2 * 1024 * 1024,
        gt=0,
        description="Bytes of large requests in memory, of one client half of them; beyond them others wait.",
    )

    audit_policy: Path | None = Field(
        default=None,
        description="The company's versions of how long the audit trail is kept (TOML): a file, or a folder of them.",
    )

    role: Literal["all", "http", "consumers", "relay", "timers"] = Field(
        default="all", description="Which part of the service this process runs."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    holidays: Path | None = Field(
        default=None, description="The company's own days off and make-up days (TOML); see shared.calendar.Holidays."
    )
    time_file: Path | None = Field(default=None, description="A file whose time is followed instead of the system's.")

    api_keys_file: Path | None = Field(default=None, description="JSON; without it no department gets in over HTTP.")

    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://", description="Where traces go, if anywhere.")

    fast_delivery: bool = Field(
        default=True, description="Take messages straight off the socket; false for aio-pika's ordinary consumer."
    )
    batch: int = Field(default=200, ge=1, le=10_000, description="Messages that travel together at most.")
    bytes_in_hand: int = Field(
        default=4 * 1024 * 1024,
        gt=0,
        description="Bytes of messages in memory, of the bus and of departments each; beyond them none is read.",
    )
    gateway_prefetch: int = Field(
        default=16, ge=1, le=10_000, description="Messages of each department in memory; each may have 512 KiB."
    )
    outbox_limit: int = Field(default=100_000, ge=1, description="Waiting events beyond which writers are told 503.")
    outbox_age_limit: float = Field(default=300.0, gt=0, description="Seconds an event may wait before the same.")

    parking_first_wait: float = Field(default=5.0, gt=0, description="Seconds until a parked message is tried again.")
    parking_factor: float = Field(default=3.0, ge=1, description="By how much each wait is longer than the last.")
    parking_longest_wait: float = Field(default=1800.0, gt=0, description="Seconds beyond which no wait grows.")
    parking_max_attempts: int = Field(default=8, ge=1, description="Attempts after which a parked message is dead.")
    refusals_kept: int = Field(
        default=1000, ge=1, description="Refused messages of each department that are kept; the oldest go first."
    )
    refusals_days: int = Field(default=90, ge=1, description="Days for which they are kept.")
    suspect_limit: int = Field(default=3, ge=2, description="Crashes after which a message that ran alone is dead.")

    @field_validator("seal_keys")
    @classmethod
    def _can_seal(cls, keys: SecretStr) -> SecretStr:
        SealKeys.read(keys.get_secret_value(), "")
        return keys

    @field_validator("link_keys")
    @classmethod
    def _can_prove_links(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None:
            LinkKeys.read(keys.get_secret_value())
        return keys

    @field_validator("audit_policy")
    @classmethod
    def _can_be_kept_by(cls, own: Path | None) -> Path | None:
        audit_policies(own)
        return own

    @field_validator("holidays")
    @classmethod
    def _can_be_read(cls, file: Path | None) -> Path | None:
        if file is not None:
            read_policies(Holidays, file)
        return file

    def sealing(self, service: str) -> SealKeys:
        """The keys with which this service seals what it stores."""
        return SealKeys.read(self.seal_keys.get_secret_value(), service)

    def customer_links(self) -> LinkKeys | None:
        """The keys that prove customers' links, if there are any."""
        return LinkKeys.read(self.link_keys.get_secret_value()) if self.link_keys else None

    def calendar(self) -> Calendar:
        """The company's calendar: its time zone, the statutory holidays and its own days."""
        return Calendar(self.timezone, read_policies(Holidays, self.holidays) if self.holidays else None)

    @property
    def prefetch(self) -> int:
        """Messages a consumer holds unacknowledged: one batch in work and one in wait."""
        return 2 * self.batch


def load(kind: type[S], secrets: Path = SECRETS) -> S:
    """Settings from the environment, else from the folder of secrets. BadSettings names what is missing or wrong."""
    try:
        return kind(_secrets_dir=secrets if secrets.is_dir() else None)
    except ValidationError as error:
        raise BadSettings("\n".join(_complaint(problem["loc"], problem["msg"]) for problem in error.errors())) from None


def _complaint(where: tuple[int | str, ...], message: str) -> str:
    variable = "_".join(str(part) for part in where).upper()
    if message == "Field required":
        return f"{variable} is not set"
    said = message.removeprefix("Value error, ")
    return f"{variable}: {said}" if variable else said
