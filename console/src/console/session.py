"""Who is signed in at a browser: a token in a cookie that no script can read."""

from datetime import timedelta

from fastapi import Request, Response

from console.people import PEOPLE, Person
from console.settings import Settings
from shared.identity import LocalKey, StaffTokens, TurnedAway, issue_token
from shared.identity.cookie import COOKIE

LIFETIME = timedelta(hours=12)
"""How long a trial's session lasts: a working day."""


class Sessions:
    """Signs people in and out, and says who is signed in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens = StaffTokens(LocalKey(settings.jwt_public_key_file, settings.jwt_issuer, settings.jwt_audience))

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

    async def person(self, request: Request) -> Person | None:
        """Who is signed in, if a person is: the token has to be as the services want it."""
        try:
            signed_in = await self._tokens.verify(request.cookies.get(COOKIE, ""))
        except TurnedAway:
            return None
        return next((each for each in PEOPLE if each.id == signed_in.id), None)
