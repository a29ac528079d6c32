"""Who is signed in at a browser: a token in a cookie that no script can read."""

import hmac
import time
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes
from urllib.parse import quote, unquote

import jwt
from fastapi import Request, Response

from console.settings import Settings
from shared.contracts.roles import Role
from shared.identity import Principal, TurnedAway
from shared.identity.cookie import COOKIE, LOCAL_COOKIE, cookie_of, kept_token

RENEWAL_COOKIE = "kefu-renewal"
"""The cookie with what the identity provider gives a new token for; sent to RENEWAL_PATH alone."""
RENEWAL_PATH = "/session"
MARK_COOKIE = "kefu-renewal-mark"
"""The cookie with when the working day ends and the console's signature of both, under a name that only this address
can set: RENEWAL_COOKIE has a path, and therefore cannot have such a name."""
LONGEST = timedelta(hours=12)
"""How long after signing in a session is renewed at most: a working day."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in at a browser, by which token, until when in seconds since 1970, and for how many seconds yet."""

    token: str
    principal: Principal
    ends: float
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


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the provider gives a new token for, and until when, in seconds since 1970: LONGEST after signing in."""

    text: str
    ends: int

    @classmethod
    def begun(cls, text: str) -> "Renewal":
        """Of one who has signed in just now."""
        return cls(text, int(time.time() + LONGEST.total_seconds()))


class Sessions:
    """Keeps people's tokens in their browsers and says whose they are, as the services do."""

    def __init__(self, settings: Settings) -> None:
        self.tokens = settings.staff_tokens()
        self._secure = settings.over_tls
        self._session = COOKIE if self._secure else LOCAL_COOKIE
        self._mark = only_ours(MARK_COOKIE, settings)
        self._key = settings.session_key.get_secret_value().encode() if settings.session_key else token_bytes()

    async def read(self, token: str) -> Session:
        """The session that a token makes. TurnedAway when it does not let a person in, as at the services."""
        principal = await self.tokens.verify(token)
        ends = jwt.decode(token, options={"verify_signature": False})["exp"]
        return Session(token, principal, ends, max(int(ends - time.time()), 0))

    async def of(self, request: Request) -> Session | None:
        """The session of the browser that asks, if a person is signed in there."""
        try:
            return await self.read(kept_token(request) or "")
        except TurnedAway:
            return None

    async def left(self, session: Session) -> float:
        """For how many seconds the session still lasts; none when it has ended or its person is out meanwhile."""
        try:
            await self.tokens.verify(session.token)
        except TurnedAway:
            return 0.0
        return max(session.ends - time.time(), 0.0)

    def keep(self, session: Session, answer: Response) -> None:
        """From now on the browser acts as this person."""
        answer.set_cookie(
            self._session, session.token, max_age=session.seconds, httponly=True, samesite="lax", secure=self._secure
        )

    def keep_renewal(self, renewal: Renewal, answer: Response) -> None:
        """The browser keeps what a new token is given for, until the working day is over."""
        kept, seconds = quote(renewal.text, safe=""), renewal.ends - int(time.time())
        answer.set_cookie(
            RENEWAL_COOKIE, kept, max_age=seconds, path=RENEWAL_PATH, httponly=True, samesite="strict",
            secure=self._secure,
        )  # fmt: skip
        mark = f"{renewal.ends}.{self._signature(renewal.ends, kept)}"
        answer.set_cookie(self._mark, mark, max_age=seconds, httponly=True, samesite="strict", secure=self._secure)

    def renewal(self, request: Request) -> Renewal | None:
        """What `keep_renewal` left in this browser; None when it is over, or another host has put something there."""
        kept, mark = cookie_of(request, RENEWAL_COOKIE) or "", cookie_of(request, self._mark) or ""
        said, _, signature = mark.partition(".")
        ends = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else 0
        if ends <= time.time() or not hmac.compare_digest(self._signature(ends, kept).encode(), signature.encode()):
            return None
        return Renewal(unquote(kept), ends)

    def shown(self, request: Request) -> tuple[str, ...]:
        """What the browser shows of who is signed in: the token, and the mark of what renews it, as far as it is there.

        No two sign-ins show the same mark.
        """
        return tuple(filter(None, (kept_token(request), cookie_of(request, self._mark))))

    def _signature(self, ends: int, kept: str) -> str:
        return hmac.digest(self._key, f"{ends}.{kept}".encode(), "sha256").hex()

    def forget_renewal(self, answer: Response) -> None:
        """The session that the browser has ends with its token."""
        answer.delete_cookie(self._mark, httponly=True, samesite="strict", secure=self._secure)
        answer.delete_cookie(RENEWAL_COOKIE, path=RENEWAL_PATH, httponly=True, samesite="strict", secure=self._secure)

    def end(self, answer: Response) -> None:
        """The browser forgets whom it acted for."""
        answer.delete_cookie(self._session, httponly=True, samesite="lax", secure=self._secure)
        self.forget_renewal(answer)


def only_ours(name: str, settings: Settings) -> str:
    """The name with the prefix that lets no other host set this cookie, which needs TLS; without TLS the name alone."""
    return f"__Host-{name}" if settings.over_tls else name
