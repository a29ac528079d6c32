"""Staff's tokens: read strictly, verified by the key of their issuer, refused for people who are out."""

import asyncio
import json
import time
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import jwt
from jwt.algorithms import AllowedPublicKeys
from jwt.utils import base64url_decode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.identities import identity
from shared.contracts.roles import Role
from shared.identity.principals import Forbidden, Principal, Unauthenticated, display_name
from shared.identity.revoked import RevokedSubjects

_LONGEST_TOKEN = 16 * 1024
"""Characters of a token that is looked at."""
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""Types of JWTs that let people in (RFC 9068 §2.1); those for signing out or for security events are signed by the
same keys."""

_REMEMBERED = 4096
"""Tokens whose verification is remembered."""
_REMEMBERED_FOR = 30.0
"""Seconds for which a token that was verified is taken without reckoning again, while its key stands."""


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A public key and the one algorithm that it verifies, which never comes from the token."""

    key: AllowedPublicKeys
    algorithm: str


class Issuer(Protocol):
    """Where tokens of staff come from, and what theirs look like."""

    issuer: str
    audience: str
    subject_claim: str

    def known_key(self, kid: str | None) -> SigningKey | None:
        """The key of that name, as far as it is known without asking the provider."""
        ...

    async def key(self, kid: str | None) -> SigningKey:
        """The key of that name, within a bounded time. Unauthenticated when there is none."""
        ...

    def roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """The roles that a verified token gives. Unauthenticated when what it says of them is not as it should be."""
        ...

    def trouble(self) -> str | None:
        """Why no token of this issuer can be verified, if so."""
        ...

    async def run(self) -> None:
        """Keep the keys up to date until cancelled."""
        ...


class Registered(BaseModel):
    """The claims that every token has to have, with the types that they have to have."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    iss: str
    sub: str
    aud: str | list[str]
    iat: float = Field(ge=0, le=1e11)
    exp: float = Field(ge=0, le=1e11)
    nbf: float | None = Field(default=None, ge=0, le=1e11)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a token says of itself. Nothing of it is believed before its signature is verified."""

    kid: str | None
    claims: Mapping[str, Any]
    registered: Registered

    @classmethod
    def read(cls, token: str) -> "Presented":
        """ValueError for what is no signed JWT, is too long, says one thing twice, or lacks what it has to say."""
        if len(token) > _LONGEST_TOKEN:
            raise ValueError(f"longer than {_LONGEST_TOKEN} characters")
        try:
            head, body, _ = token.split(".")
            header, claims = _object(head), _object(body)
            kid, type = header.get("kid"), header.get("typ", "JWT")
            if not isinstance(kid, str | None) or not isinstance(type, str) or type.lower() not in _TYPES:
                raise ValueError("typ has to be JWT or at+jwt, and kid a text")
            return cls(kid, claims, Registered.model_validate(claims))
        except ValidationError as error:
            wrong = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg'].lower()}") from None
        except (NotBase64, RecursionError) as error:
            raise ValueError(str(error)) from None


class StaffTokens:
    """Verifies staff's JWTs: each by the key of the issuer that it names, in the algorithm that this key has.

    Issuer, audience, subject, time of issue and expiry are required. Times are real ones, whatever the services' time
    is, with `leeway` seconds for clocks that differ; a token that is good for more than `longest_life` seconds is
    refused. Those whom the file `revoked` names are refused in whatever spelling, whatever their tokens say
    (`RevokedSubjects`); without the file no member of staff gets in.
    """

    def __init__(
        self,
        *issuers: Issuer,
        revoked: Path | None = None,
        ignore_case: bool = False,
        leeway: float = 30.0,
        longest_life: float = 12 * 3600.0,
    ) -> None:
        self._issuers = {each.issuer: each for each in issuers}
        self._ignore_case = ignore_case
        self._leeway = leeway
        self._longest_life = longest_life
        self._revoked = RevokedSubjects(revoked) if revoked else None
        self._verified: dict[str, tuple[Principal, float, Issuer, str | None, SigningKey]] = {}

    def trouble(self) -> str | None:
        """Why no member of staff can get in, for the readiness page; nothing when tokens of one issuer are taken."""
        if self._revoked and not self._revoked.known:
            return self._revoked.trouble()
        troubles = [each.trouble() for each in self._issuers.values()]
        return None if None in troubles else "; ".join(filter(None, troubles)) or "no issuer of tokens is known"

    def warning(self) -> str | None:
        """What has to be mended though staff get in, for the readiness page."""
        return self._revoked.trouble() if self._revoked else None

    async def run(self) -> None:
        """Keep the issuers' keys up to date until cancelled."""
        await asyncio.gather(*(each.run() for each in self._issuers.values()))

    async def verify(self, token: str) -> Principal:
        """The member of staff whom the token names. Unauthenticated when it proves nothing or they are out.

        Forbidden when it gives them no role here.
        """
        principal = self._remembered(token) or await self._proved(token)
        if self._revoked is not None:
            if not self._revoked.known:
                raise Unauthenticated(f"staff cannot be recognised here: {self.trouble()}")
            if self._revoked.holds(principal.id):
                raise Unauthenticated(
                    "this person's access has been withdrawn; ask those who run the system", principal
                )
        return principal

    def _remembered(self, token: str) -> Principal | None:
        known = self._verified.get(token)
        if known is None:
            return None
        principal, until, issuer, kid, key = known
        return principal if time.time() < until and issuer.known_key(kid) is key else None

    async def _proved(self, token: str) -> Principal:
        try:
            presented = Presented.read(token)
        except ValueError as error:
            raise self._refusal(str(error)) from None
        issuer = self._issuers.get(presented.registered.iss)
        if issuer is None:
            raise self._refusal("its issuer is not known here")
        key = await issuer.key(presented.kid)
        self._check(token, presented, issuer, key)
        principal = Principal("staff", *self._named(presented.claims, issuer))
        if not principal.roles:
            raise Forbidden("none of your groups has a role here; ask those who keep the sign-in policy", principal)
        if len(self._verified) >= _REMEMBERED:
            self._verified = {}
        until = min(presented.registered.exp, time.time() + _REMEMBERED_FOR)
        self._verified[token] = (principal, until, issuer, presented.kid, key)
        return principal

    def _check(self, token: str, presented: Presented, issuer: Issuer, key: SigningKey) -> None:
        try:
            jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                issuer=issuer.issuer,
                audience=issuer.audience,
                leeway=self._leeway,
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired; ask for a new one") from None
        except jwt.PyJWTError as error:
            raise self._refusal(str(error), issuer, key) from None
        if presented.registered.exp - presented.registered.iat > self._longest_life:
            raise Unauthenticated(
                f"the token is good for too long; expected at most {self._longest_life:.0f} s from iat to exp"
            )

    def _named(self, claims: Mapping[str, Any], issuer: Issuer) -> tuple[str, frozenset[Role], str | None]:
        try:
            id = identity(claims.get(issuer.subject_claim), ignore_case=self._ignore_case)
            name = display_name(claims.get("name"))
        except ValueError as error:
            raise self._refusal(str(error), issuer) from None
        return id, issuer.roles(claims), name

    def _refusal(self, why: str, issuer: Issuer | None = None, key: SigningKey | None = None) -> Unauthenticated:
        issuers = [issuer] if issuer else self._issuers.values()
        right = " or ".join(f"issuer {each.issuer} with audience {each.audience}" for each in issuers)
        signed = f"signed by {key.algorithm}, " if key else ""
        return Unauthenticated(f"the token is not valid ({why}); expected {signed}{right}, with exp, iat and sub")


def _object(part: str) -> dict[str, Any]:
    value = json.loads(base64url_decode(part.encode()), object_pairs_hook=_once, parse_constant=_no_number)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("one name stands in it twice")
        found[name] = value
    return found


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
