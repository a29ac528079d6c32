"""Who is asking: staff by signed token, departments' systems by API key."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role
from shared.files import WatchedFile, replace_file

_REMEMBERED = 4096
"""Tokens whose verification is remembered."""
_KEYS_AT_ONCE = 2
"""Keys that a department may have at the same time, while it changes from one to the next."""


class Unauthenticated(Exception):
    """Nobody known is asking. The text says what would be right, and never which part of a secret was wrong."""

    code = "unauthenticated"


class Forbidden(Exception):
    """Somebody known asks for what is not theirs to do."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who has proved their identity: a member of staff with a set of roles, or a department's system.

    A role and a department of the same name are different things: `Role.FINANCE` admits no system of
    `Department.FINANCE`, and the other way round.
    """

    kind: Literal["staff", "department"]
    id: str
    roles: frozenset[Role | Department]
    name: str | None = None

    @classmethod
    def staff(cls, id: str, *roles: Role, name: str | None = None) -> "Principal":
        """A member of staff."""
        return cls("staff", id, frozenset(roles), name)

    @classmethod
    def system(cls, department: Department) -> "Principal":
        """A department's system."""
        return cls("department", department, frozenset((department,)))

    def acting(self, *allowed: Role | Department) -> Actor:
        """Who goes into the cause: in the first allowed role that is theirs; with no roles given, in any of theirs.

        Forbidden when none fits.
        """
        kind = Role if self.kind == "staff" else Department
        for role in allowed or kind:
            if isinstance(role, kind) and role in self.roles:
                return Actor(kind=self.kind, id=self.id, role=role.value)
        needed = ", ".join(_named(role) for role in allowed)
        yours = ", ".join(sorted(_named(role) for role in self.roles))
        raise Forbidden(f"this needs one of {needed}; yours: {yours}")


PublicKey = Ed25519PublicKey | RSAPublicKey


class StaffTokens:
    """Verifies staff's JWTs. The key's own type pins the algorithm (Ed25519: EdDSA, RSA: RS256), never the token.

    Issuer, audience, subject and expiry are required; expiry is real time, whatever the business clock shows,
    with `leeway` seconds for clocks that differ. The key
    file may be replaced while the service runs.
    """

    def __init__(self, public_key_file: Path | None, issuer: str, audience: str, leeway: float = 30.0) -> None:
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._key = WatchedFile(public_key_file, _public_key, initial=None) if public_key_file else None
        self._verified: dict[str, tuple[Principal, float]] = {}
        self._verified_with: PublicKey | None = None

    def trouble(self) -> str | None:
        """Why no member of staff can get in, for the readiness page; nothing when they can."""
        if self._key is None:
            return "JWT_PUBLIC_KEY_FILE is not set: no member of staff can get in"
        return None if self._key.value() else f"JWT_PUBLIC_KEY_FILE: {self._key.trouble}"

    def verify(self, token: str) -> Principal:
        """The member of staff whom the token names. Unauthenticated when it proves nothing."""
        key = self._key.value() if self._key else None
        if key is None:
            raise Unauthenticated(f"staff cannot be recognised here: {self.trouble()}")
        if key is not self._verified_with or len(self._verified) >= _REMEMBERED:
            self._verified, self._verified_with = {}, key
        known = self._verified.get(token)
        if known and datetime.now(UTC).timestamp() < known[1]:
            return known[0]
        claims = self._claims(token, key)
        principal = _staff(claims)
        self._verified[token] = (principal, float(claims["exp"]))
        return principal

    def _claims(self, token: str, key: PublicKey) -> dict[str, Any]:
        algorithm = "RS256" if isinstance(key, RSAPublicKey) else "EdDSA"
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired; ask for a new one") from None
        except jwt.PyJWTError as error:
            raise Unauthenticated(
                f"the token is not valid ({error}); expected {algorithm}, issuer {self._issuer}, "
                f"audience {self._audience}, with exp and sub"
            ) from None


class DepartmentKeys:
    """Verifies departments' API keys `<department>.<secret>` against their hashes in a JSON file.

    The file is `{department: [sha256, …]}`. All hashes of a department are valid, so that keys can be rotated; a change
    counts at once.
    """

    def __init__(self, file: Path | None) -> None:
        self._hashes = WatchedFile(file, _department_hashes, initial=_NOBODY) if file else None

    def departments(self) -> tuple[str, ...]:
        """The departments that have a key, in alphabetical order."""
        return tuple(sorted(self._hashes.value())) if self._hashes else ()

    def verify(self, key: str) -> Principal:
        """The department whose key this is. Unauthenticated for any other text."""
        if self._hashes is None:
            raise Unauthenticated("departments cannot be recognised here: API_KEYS_FILE is not set")
        department = key.partition(".")[0]
        presented = _hash(key)
        known = [hmac.compare_digest(presented, each) for each in self._hashes.value().get(department, ())]
        if not any(known):
            raise Unauthenticated("the API key is not known; expected X-API-Key: <department>.<secret>")
        return Principal.system(Department(department))


def create_key_pair(private_file: Path, public_file: Path) -> None:
    """Make a new Ed25519 pair: the private key readable by the owner only."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    replace_file(private_file, private.decode(), mode=0o600)
    replace_file(public_file, public.decode())


def issue_token(
    private_key: str,
    subject: str,
    *roles: str,
    name: str | None = None,
    lifetime: timedelta = timedelta(hours=12),
    issuer: str = "kefu",
    audience: str = "kefu",
) -> str:
    """A staff token signed with a PEM key, valid for `lifetime` of real time. ValueError when no role is given."""
    if not roles:
        raise ValueError("a token needs at least one role")
    key = load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("local tokens are signed with an Ed25519 key")
    now = datetime.now(UTC)
    claims = {"sub": subject, "roles": list(roles), "iss": issuer, "aud": audience, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims | ({"name": name} if name else {}), key, algorithm="EdDSA")


def add_api_key(file: Path, department: str) -> str:
    """Make a key for a department and add its hash; its newest two stay valid. The key itself is kept nowhere."""
    if department not in list(Department):
        raise ValueError(f"{department!r} is not a department; there are {', '.join(Department)}")
    hashes = dict(_department_hashes(file.read_text(encoding="utf-8"))) if file.exists() else {}
    key = f"{department}.{secrets.token_urlsafe(32)}"
    hashes[department] = (*hashes.get(department, ()), _hash(key))[-_KEYS_AT_ONCE:]
    replace_file(file, json.dumps(hashes, indent=2) + "\n", mode=0o600)
    return key


_NOBODY: Mapping[str, tuple[str, ...]] = {}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _public_key(pem: str) -> PublicKey | None:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise ValueError("expected an Ed25519 or RSA public key")
    return key


def _department_hashes(text: str) -> Mapping[str, tuple[str, ...]]:
    content = json.loads(text)
    if not isinstance(content, dict) or not all(_are_hashes(hashes) for hashes in content.values()):
        raise ValueError("expected {department: [sha256 of a key, …]}")
    return {department: tuple(hashes) for department, hashes in content.items()}


def _are_hashes(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and len(each) == 64 for each in value)


def _staff(claims: Mapping[str, Any]) -> Principal:
    roles = claims.get("roles")
    if not isinstance(roles, list) or not roles or not all(isinstance(role, str) for role in roles):
        raise Unauthenticated('the token names no roles; expected the claim "roles" with at least one')
    if unknown := sorted(set(roles) - {role.value for role in Role}):
        raise Unauthenticated(f"the token names unknown roles: {', '.join(unknown)}")
    return Principal.staff(str(claims["sub"]), *(Role(role) for role in roles), name=claims.get("name"))


def _named(role: Role | Department) -> str:
    return f"the department {role.value}" if isinstance(role, Department) else role.value
