"""Who is signed in at a browser: a token in a cookie that no script can read."""

from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import Request, Response

from console.people import PEOPLE, Person
from console.settings import Settings
from shared.identity import issue_token
from shared.identity.cookie import COOKIE

LIFETIME = timedelta(hours=12)
"""How long a trial's session lasts: a working day."""


class Sessions:
    """Signs people in and out, and says who is signed in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sign_in(self, person: Person, answer: Response) -> None:
        """From now on the browser acts as this person."""
        settings = self._settings
        token = issue_token(
            settings.jwt_private_key_file.read_text(encoding="utf-8"),
            person.id,
            *(role.value for role in person.roles),
            name=person.name,
            lifetime=LIFETIME,
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
        )
        seconds = int(LIFETIME.total_seconds())
        answer.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="lax")

    def sign_out(self, answer: Response) -> None:
        """The browser forgets who it acted for."""
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")

    def person(self, request: Request) -> Person | None:
        """Who is signed in, if anybody is: the token has to be ours and not yet over."""
        token = request.cookies.get(COOKIE)
        claims = self._claims(token) if token else {}
        return next((each for each in PEOPLE if each.id == claims.get("sub")), None)

    def _claims(self, token: str) -> dict[str, Any]:
        private = load_pem_private_key(self._settings.jwt_private_key_file.read_bytes(), password=None)
        settings = self._settings
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                private.public_key(),  # type: ignore[arg-type]
                algorithms=["EdDSA"],
                issuer=settings.jwt_issuer,
                audience=settings.jwt_audience,
            )
        except jwt.PyJWTError:
            return {}
        return claims
