"""Tokens signed with a key of our own: for development, tests and commands, beside the company's identity provider."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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

from shared.contracts.roles import Role
from shared.files import WatchedFile, replace_file
from shared.identity.principals import Unauthenticated
from shared.identity.tokens import SigningKey

_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
_NONE: Mapping[str, SigningKey] = {}


class LocalKey:
    """An issuer whose public keys stand in a PEM file, which may be replaced while the service runs.

    There may be several, the newest first, while one follows another: a token says by `kid` which one verifies it
    (`key_id`). One that names none of them is verified by the first. A key's own type pins the algorithm (Ed25519:
    EdDSA, RSA: RS256). Roles stand in the token's claim `roles`.
    """

    subject_claim = "sub"

    def __init__(self, public_key_file: Path | None, issuer: str, audience: str) -> None:
        self.issuer = issuer
        self.audience = audience
        self._keys = WatchedFile(public_key_file, _signing_keys, initial=_NONE) if public_key_file else None

    def known_key(self, kid: str | None) -> SigningKey | None:
        """The key of that name in the file, else the first one."""
        keys = self._keys.value() if self._keys else _NONE
        return keys.get(kid or "") or next(iter(keys.values()), None)

    async def key(self, kid: str | None) -> SigningKey:
        """The key of that name, else the first one. Unauthenticated when there is none."""
        found = self.known_key(kid)
        if found is None:
            raise Unauthenticated(f"staff cannot be recognised here: {self.trouble()}")
        return found

    def roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """The roles that the token lists. Unauthenticated for none, or for one that does not exist."""
        roles = claims.get("roles")
        if not isinstance(roles, list) or not roles or not all(isinstance(role, str) for role in roles):
            raise Unauthenticated('the token names no roles; expected the claim "roles" with at least one')
        if unknown := sorted(set(roles) - {role.value for role in Role}):
            raise Unauthenticated(f"the token names unknown roles: {', '.join(unknown)[:200]}")
        return frozenset(Role(role) for role in roles)

    def trouble(self) -> str | None:
        """Why no token of this issuer can be verified, if so."""
        if self._keys is None:
            return "JWT_PUBLIC_KEY_FILE is not set: no member of staff can get in"
        return None if self._keys.value() else f"JWT_PUBLIC_KEY_FILE: {self._keys.trouble}"

    async def run(self) -> None:
        """A file needs no care."""


def key_id(key: Ed25519PublicKey | RSAPublicKey) -> str:
    """How tokens name a key: a digest of it, for those who sign and those who verify the same."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16]


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
    named = {"kid": key_id(key.public_key())}
    return jwt.encode(claims | ({"name": name} if name else {}), key, algorithm="EdDSA", headers=named)


def _signing_keys(text: str) -> Mapping[str, SigningKey]:
    keys = [load_pem_public_key(pem.encode()) for pem in _PEM.findall(text) or [text]]
    return {key_id(key): SigningKey(key, algorithm) for key, algorithm in map(_with_algorithm, keys)}


def _with_algorithm(key: object) -> tuple[Ed25519PublicKey | RSAPublicKey, str]:
    if isinstance(key, RSAPublicKey):
        return key, "RS256"
    if isinstance(key, Ed25519PublicKey):
        return key, "EdDSA"
    raise ValueError("expected Ed25519 or RSA public keys")
