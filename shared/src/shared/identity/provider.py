"""The company's identity provider (OpenID Connect): its keys, kept up to date, and what its tokens say."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.roles import Role
from shared.identity.groups import GroupRoles
from shared.identity.principals import Unauthenticated
from shared.identity.tokens import SigningKey
from shared.policy import Policies

log = structlog.get_logger()

D = TypeVar("D", bound=BaseModel)

_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
}
"""What each type of key may verify; the first one where the key itself does not say."""

_SMALLEST_RSA_BITS = 2048
"""Bits of an RSA key; a smaller one verifies nothing."""
_LARGEST_DOCUMENT = 256 * 1024
"""Bytes of an answer of the provider."""


class Discovery(BaseModel):
    """What we need of the provider's discovery document (OpenID Connect Discovery 1.0 §3)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    jwks_uri: str


class Jwks(BaseModel):
    """A set of keys (RFC 7517 §5). Each key is looked at by itself: one that we cannot use spoils no other."""

    model_config = ConfigDict(frozen=True)

    keys: list[dict[str, Any]] = Field(max_length=100)


class Jwk(BaseModel):
    """A public key for signatures (RFC 7517 §4)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    kid: str = Field(min_length=1, max_length=200)
    kty: str
    use: str = "sig"
    alg: str | None = None
    crv: str | None = None
    n: str | None = None
    e: str | None = None
    x: str | None = None
    y: str | None = None

    def signing_key(self) -> SigningKey:
        """ValueError or PyJWTError for a key that is not for signatures, too weak, or of a type that we do not take."""
        possible = _ALGORITHMS.get(self.kty if self.kty == "RSA" else self.crv or "", ())
        algorithm = self.alg or next(iter(possible), None)
        if self.use != "sig" or algorithm not in possible:
            raise ValueError(f"a key of type {self.kty} for {self.use} by {algorithm} is not taken")
        key = jwt.PyJWK(self.model_dump(exclude_none=True), algorithm).key
        if isinstance(key, RSAPublicKey) and key.key_size < _SMALLEST_RSA_BITS:
            raise ValueError(f"an RSA key needs {_SMALLEST_RSA_BITS} bits")
        return SigningKey(key, algorithm)


class IdentityProvider:
    """An issuer whose keys are fetched: `discovery → jwks_uri → keys`, every `refresh_every` seconds while it runs.

    A token that names an unknown key makes us ask again, at most once in `unknown_every` seconds for all requests
    together; a request waits for the answer `patience` seconds at most. While the provider does not answer, the keys
    of its last answer are taken; a key that is missing in an answer is out from there on.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        group_roles: Policies[GroupRoles],
        *,
        timezone: str = "Asia/Shanghai",
        groups_claim: str = "groups",
        subject_claim: str = "sub",
        authority: Path | None = None,
        refresh_every: float = 20.0,
        unknown_every: float = 10.0,
        patience: float = 2.0,
    ) -> None:
        """ValueError when `authority`, the certificates by which the provider is known, cannot be read."""
        self.issuer = issuer
        self.audience = audience
        self.subject_claim = subject_claim
        self._group_roles = group_roles
        self._zone = ZoneInfo(timezone)
        self._groups_claim = groups_claim
        self._refresh_every = refresh_every
        self._unknown_every = unknown_every
        self._patience = patience
        self._tls = trusting(authority)
        self._keys: Mapping[str, tuple[Jwk, SigningKey]] = {}
        self._asked_for_unknown_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None
        self._answered = False
        self.away: str | None = None
        """Why the last question got no answer that we can use; nothing when it got one."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the keys that are taken, in alphabetical order."""
        return tuple(sorted(self._keys))

    def trouble(self) -> str | None:
        """Why no token of this issuer can be verified, if so."""
        if self._keys:
            return None
        missing = "it has no key that we take" if self._answered else "it has not answered yet"
        return f"the identity provider {self.issuer}: {self.away or missing}"

    def known_key(self, kid: str | None) -> SigningKey | None:
        """The key of that name in the provider's last answer."""
        found = self._keys.get(kid or "")
        return found[1] if found else None

    async def key(self, kid: str | None) -> SigningKey:
        """The key of that name, asking the provider for one that is unknown. Unauthenticated when there is none."""
        if not kid:
            raise Unauthenticated("the token is not valid (it does not name its key, kid)")
        found = self.known_key(kid) or await self._asked_for(kid)
        if found is None:
            right = self.trouble() or "sign in again"
            raise Unauthenticated(f"the token is not valid (its key is not one of the identity provider's); {right}")
        return found

    def roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """The roles of the token's groups by the policy in force today.

        A group that the policy does not list is one of the company's many others, and means nothing here.
        """
        groups = claims.get(self._groups_claim)
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise Unauthenticated(f'the token names no groups; expected the claim "{self._groups_claim}" with a list')
        today = datetime.now(self._zone).date()
        return self._group_roles.on(today).roles(groups)

    async def run(self) -> None:
        """Keep the keys up to date until cancelled."""
        while True:
            await self._question()
            await asyncio.sleep(self._refresh_every)

    async def refresh(self) -> None:
        """Ask the provider for its keys. What goes wrong stands in `away`; the keys stay as they are then."""
        try:
            async with asyncio.timeout(2 * self._patience):
                answer = await self._fetch()
        except TimeoutError:
            self._failed(f"no answer within {2 * self._patience:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            self._failed(str(error) or type(error).__name__)
        else:
            self._take(answer)

    async def _asked_for(self, kid: str) -> SigningKey | None:
        due = monotonic() - self._asked_for_unknown_at >= self._unknown_every
        if due:
            self._asked_for_unknown_at = monotonic()
        if due or self._asking:
            await asyncio.wait({self._question()}, timeout=self._patience)
        return self.known_key(kid)

    def _question(self) -> asyncio.Task[None]:
        if self._asking is None:
            self._asking = asyncio.create_task(self.refresh(), name="identity-provider")
            self._asking.add_done_callback(self._asked)
        return self._asking

    def _asked(self, _: asyncio.Task[None]) -> None:
        self._asking = None

    async def _fetch(self) -> Jwks:
        async with httpx.AsyncClient(verify=self._tls, timeout=self._patience, trust_env=False) as http:
            place = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            discovery = _understood(Discovery, place, await _document(http, place))
            if discovery.issuer != self.issuer:
                raise ValueError(f"{place} speaks for another issuer")
            if not is_private_line(discovery.jwks_uri):
                raise ValueError(f"{place}: jwks_uri must start with https://")
            return _understood(Jwks, discovery.jwks_uri, await _document(http, discovery.jwks_uri))

    def _take(self, answer: Jwks) -> None:
        taken: dict[str, tuple[Jwk, SigningKey]] = {}
        for entry in answer.keys:
            try:
                jwk = Jwk.model_validate(entry)
                known = self._keys.get(jwk.kid)
                if jwk.kid in taken:
                    raise ValueError("another key has the same kid")
                taken[jwk.kid] = known if known and known[0] == jwk else (jwk, jwk.signing_key())
            except (jwt.PyJWTError, ValueError, UnsupportedAlgorithm) as error:
                log.info("signing_key_not_taken", issuer=self.issuer, reason=type(error).__name__)
        if self.away or not self._answered:
            log.info("identity_provider_answers", issuer=self.issuer, keys=len(taken))
        self._keys, self._answered, self.away = taken, True, None

    def _failed(self, why: str) -> None:
        if self.away is None:
            log.warning("identity_provider_away", issuer=self.issuer, reason=why, keys=len(self._keys))
        self.away = why


def is_private_line(url: str) -> bool:
    """Whether what comes from this address is what was sent from there: TLS, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in {"127.0.0.1", "::1", "localhost"})
    )


async def _document(http: httpx.AsyncClient, url: str) -> bytes:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with http.stream("GET", url, headers=headers) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"{url} answered {response.status_code}")
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > _LARGEST_DOCUMENT:
                raise ValueError(f"{url} answered with more than {_LARGEST_DOCUMENT} bytes")
        return bytes(body)


def _understood(kind: type[D], url: str, body: bytes) -> D:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        raise ValueError(f"{url}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from None


@cache
def trusting(authority: Path | None) -> ssl.SSLContext:
    """What verifies the other end of a line: the public authorities, or those of a file (PEM).

    ValueError when the file cannot be read.
    """
    if authority is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"{authority}: no certificates can be read here: {error}") from error
