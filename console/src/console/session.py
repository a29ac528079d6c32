"""Who is signed in at a browser: a token in a cookie that no script can read."""

import time
from dataclasses import dataclass
from datetime import timedelta

import jwt
from fastapi import Request, Response

from console.settings import Settings
from shared.contracts.roles import Role
from shared.identity import Principal, TurnedAway
from shared.identity.cookie import COOKIE

RENEWAL_COOKIE = "kefu-renewal"
"""The cookie with what the identity provider gives a new token for; sent to RENEWAL_PATH alone."""
RENEWAL_PATH = "/session"
LONGEST = timedelta(hours=12)
"""How long a session lasts at most without signing in again: a working day."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in at a browser, by which token, and for how many seconds yet."""

    token: str
    principal: Principal
    seconds: int

    @property
    def name(self) -> str:
        """What colleagues call them."""
        return self.principal.name or self.principal.id

    @property
    def title(self) -> str:
        """The first of their roles, in Chinese."""
        return next(role.chinese for role in Role if role in self.principal.roles)

    @property
    def operates(self) -> bool:
        """Whether they look after the system."""
        return Role.OPERATOR in self.principal.roles


class Sessions:
    """Keeps people's tokens in their browsers and says whose they are, as the services do."""

    def __init__(self, settings: Settings) -> None:
        self.tokens = settings.staff_tokens()
        self._secure = (settings.console_url or "").startswith("https://")

    async def read(self, token: str) -> Session:
        """The session that a token makes. TurnedAway when it does not let a person in, as at the services."""
        principal = await self.tokens.verify(token)
        ends = jwt.decode(token, options={"verify_signature": False})["exp"]
        return Session(token, principal, max(int(ends - time.time()), 0))

    async def of(self, request: Request) -> Session | None:
        """The session of the browser that asks, if a person is signed in there."""
        try:
            return await self.read(request.cookies.get(COOKIE, ""))
        except TurnedAway:
            return None

    def keep(self, session: Session, answer: Response) -> None:
        """From now on the browser acts as this person."""
        answer.set_cookie(
            COOKIE, session.token, max_age=session.seconds, httponly=True, samesite="lax", secure=self._secure
        )

    def keep_renewal(self, renewal: str, answer: Response) -> None:
        """The browser keeps what a new token is given for, until the working day is over."""
        seconds = int(LONGEST.total_seconds())
        answer.set_cookie(
            RENEWAL_COOKIE, renewal, max_age=seconds, path=RENEWAL_PATH, httponly=True, samesite="strict",
            secure=self._secure,
        )  # fmt: skip

    def end(self, answer: Response) -> None:
        """The browser forgets whom it acted for."""
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=self._secure)
        answer.delete_cookie(RENEWAL_COOKIE, path=RENEWAL_PATH, httponly=True, samesite="strict", secure=self._secure)
