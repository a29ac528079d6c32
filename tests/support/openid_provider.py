"""An OpenID provider on the loopback interface: discovery, keys that rotate, outages, tokens good and bad, sign-in."""

import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import get_default_algorithms
from jwt.utils import base64url_encode

DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"
AUTHORIZE = "/authorize"
TOKEN = "/token"
SIGN_IN_POLICY = """
name = "sign_in"
version = 1
in_force_from = 2026-01-01
approved_by = "人事 李娜"

[groups]
"客服部" = ["cs_specialist"]
"客服部/主管" = ["cs_specialist", "cs_supervisor"]
"IT" = ["operator"]
"""
"""Three groups of the directory of this provider's company."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey


def private_key(algorithm: str, bits: int = 2048) -> PrivateKey:
    """A new key for that algorithm."""
    if algorithm.startswith(("RS", "PS")):
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    if algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm])
    return Ed25519PrivateKey.generate()


@cache
def _first_key() -> PrivateKey:
    return private_key("RS256")


class OpenIdProvider:
    """What a company's identity provider is to us. `state` says how it behaves; `asked` counts the questions."""

    def __init__(self) -> None:
        self.state: Literal["up", "broken", "silent"] = "up"
        self.asked: Counter[str] = Counter()
        self.documents: dict[str, Any] = {}
        self._awake = threading.Event()
        self.private_keys: dict[str, tuple[str, PrivateKey]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.documents[DISCOVERY] = {
            "issuer": self.issuer,
            "jwks_uri": self.issuer + KEYS,
            "authorization_endpoint": self.issuer + AUTHORIZE,
            "token_endpoint": self.issuer + TOKEN,
        }
        self.person: dict[str, Any] = {"subject": "zhang.min"}
        """Who sits before the browser: what `token` is called with."""
        self.said: dict[str, Any] = {}
        """Claims that the ID tokens of a sign-in have otherwise."""
        self.renews = True
        """Whether it gives something for which there is a new token."""
        self._codes: dict[str, dict[str, str]] = {}
        self.renewals: set[str] = set()
        """What a new token is given for, once each."""
        self.in_hand = threading.Event()
        """Set once it was asked for a new token."""
        self.goes_on = threading.Event()
        """It answers for a new token once this is set."""
        self.goes_on.set()
        self.documents[KEYS] = {"keys": []}
        self.add_key("first")

    def add_key(self, kid: str, algorithm: str = "RS256", **fields: Any) -> None:
        """Sign with a new key from now on; the older ones stay in the set."""
        key = _first_key() if kid == "first" else private_key(algorithm)
        self.private_keys[kid] = algorithm, key
        public = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
        self.publish(public | {"kid": kid, "use": "sig", "alg": algorithm} | fields)

    def publish(self, *entries: Mapping[str, Any]) -> None:
        """Show these entries in the set too."""
        self.documents[KEYS] = {"keys": [*self.documents[KEYS]["keys"], *entries]}

    def withdraw(self, kid: str) -> None:
        """Take a key out of the set. The holder of the private key can still sign with it."""
        self.documents[KEYS] = {"keys": [each for each in self.documents[KEYS]["keys"] if each["kid"] != kid]}

    def token(
        self,
        *groups: str,
        subject: str = "zhang.min",
        kid: str | None = None,
        life: timedelta = timedelta(minutes=5),
        header: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """A token for a person in these groups, signed with the newest key or that one; a claim of None is left out."""
        name = kid or list(self.private_keys)[-1]
        algorithm, key = self.private_keys[name]
        now = datetime.now(UTC)
        claims = {
            "iss": self.issuer,
            "aud": "kefu",
            "sub": subject,
            "name": "张敏",
            "iat": now,
            "exp": now + life,
            "groups": list(groups or ("客服部",)),
        } | changes
        said = {claim: value for claim, value in claims.items() if value is not None}
        return jwt.encode(said, key, algorithm, headers={"kid": name} | dict(header or {}))

    @contextmanager
    def serving(self) -> Iterator["OpenIdProvider"]:
        """Answer until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._awake.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def answer(self, path: str) -> tuple[int, bytes]:
        """What is said to a question. A silent provider says nothing before the end of `serving`."""
        self.asked[path] += 1
        if self.state == "silent":
            self._awake.wait()
        document = self.documents.get(path)
        if self.state != "up" or document is None:
            return (500 if document else 404), b"{}"
        return 200, document if isinstance(document, bytes) else json.dumps(document).encode()

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Where the browser of one who signs in is sent: back with a code."""
        code = secrets.token_urlsafe(8)
        self._codes[code] = dict(asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint: for a code with its verifier, or for what was given before."""
        if form.get("grant_type") == "refresh_token":
            self.in_hand.set()
            self.goes_on.wait(60)
            if form.get("refresh_token") not in self.renewals:
                return 400, {"error": "invalid_grant"}
            self.renewals.remove(form["refresh_token"])
            return 200, self._given({})
        asked = self._codes.pop(form.get("code", ""), None)
        digest = base64url_encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if asked is None or asked["code_challenge"] != digest or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, self._given({"aud": asked["client_id"], "nonce": asked.get("nonce")})

    def _given(self, said: Mapping[str, Any]) -> dict[str, Any]:
        renewal = secrets.token_urlsafe(8)
        if self.renews:
            self.renewals.add(renewal)
        groups = self.person.get("groups", ())
        person = {name: value for name, value in self.person.items() if name != "groups"}
        return {
            "token_type": "Bearer",
            "expires_in": 300,
            "access_token": self.token(*groups, **person),
            "id_token": self.token(*groups, **{**person, **said, **self.said}),
        } | ({"refresh_token": renewal} if self.renews else {})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place = urlsplit(self.path)
                if place.path == AUTHORIZE:
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(dict(parse_qsl(place.query))))
                    self.end_headers()
                    return
                self._say(*provider.answer(self.path))

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, given = provider.give(dict(parse_qsl(form)))
                self._say(status, json.dumps(given).encode())

            def _say(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Tests say what went wrong."""

        return Handler
