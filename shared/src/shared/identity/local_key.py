"""Tokens signed with a key of our own: for development, tests and commands, beside the company's identity provider."""

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


class LocalKey:
    """An issuer with one public key in a PEM file, which may be replaced while the service runs.

    The key's own type pins the algorithm (Ed25519: EdDSA, RSA: RS256). Roles stand in the token's claim `roles`.
    """

    subject_claim = "sub"

    def __init__(self, public_key_file: Path | None, issuer: str, audience: str) -> None:
        self.issuer = issuer
        self.audience = audience
        self._key = WatchedFile(public_key_file, _signing_key, initial=None) if public_key_file else None

    def known_key(self, kid: str | None) -> SigningKey | None:
        """The key of the file, whatever key a token names: there is one."""
        return self._key.value() if self._key else None

    async def key(self, kid: str | None) -> SigningKey:
        """The key of the file. Unauthenticated when there is none."""
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
        if self._key is None:
            return "JWT_PUBLIC_KEY_FILE is not set: no member of staff can get in"
        return None if self._key.value() else f"JWT_PUBLIC_KEY_FILE: {self._key.trouble}"

    async def run(self) -> None:
        """A file needs no care."""


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


def _signing_key(pem: str) -> SigningKey | None:
    key = load_pem_public_key(pem.encode())
    if isinstance(key, RSAPublicKey):
        return SigningKey(key, "RS256")
    if isinstance(key, Ed25519PublicKey):
        return SigningKey(key, "EdDSA")
    raise ValueError("expected an Ed25519 or RSA public key")
