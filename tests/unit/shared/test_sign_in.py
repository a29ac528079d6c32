"""Staff sign in at the company's identity provider; here is one, on the loopback interface."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms
from openid_provider import DISCOVERY, KEYS, SIGN_IN_POLICY, OpenIdProvider, private_key
from waiting import until

from shared.contracts.roles import Role
from shared.files import replace_file
from shared.identity import (
    Forbidden,
    GroupRoles,
    IdentityProvider,
    LocalKey,
    Principal,
    StaffTokens,
    Unauthenticated,
    create_key_pair,
    issue_token,
)
from shared.policy import read_policies

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider().serving() as provider:
        yield provider


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "sign_in.toml").write_text(SIGN_IN_POLICY)
    return tmp_path / "sign_in.toml"


@pytest.fixture
def known_as(policy: Path, provider: OpenIdProvider) -> Callable[..., IdentityProvider]:
    def known_as(**changes: Any) -> IdentityProvider:
        settings: dict[str, Any] = {"unknown_every": 0.0, "patience": 30.0} | changes
        return IdentityProvider(provider.issuer, "kefu", read_policies(GroupRoles, policy), **settings)

    return known_as


@pytest.fixture
def issuer(known_as: Callable[..., IdentityProvider]) -> IdentityProvider:
    return known_as()


@pytest.fixture
def tokens(issuer: IdentityProvider) -> StaffTokens:
    return StaffTokens(issuer)


async def eventually(condition: Callable[[], bool]) -> None:
    async def holds() -> bool:
        return condition()

    await until(holds)


@asynccontextmanager
async def kept_up_to_date(tokens: StaffTokens) -> AsyncIterator[None]:
    running = asyncio.create_task(tokens.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_person_is_who_the_provider_says_in_the_roles_of_their_groups(
    provider: OpenIdProvider, tokens: StaffTokens
) -> None:
    expected = Principal.staff("zhang.min", Role.CS_SPECIALIST, Role.CS_SUPERVISOR, name="张敏")
    assert await tokens.verify(provider.token("客服部/主管", "保龄球", "客服部")) == expected
    assert await tokens.verify(provider.token("客服部", "客服部/主管")) == expected
    assert provider.asked == {DISCOVERY: 1, KEYS: 1}


async def test_someone_whose_groups_have_no_role_here_is_forbidden(
    provider: OpenIdProvider, tokens: StaffTokens
) -> None:
    with pytest.raises(Forbidden, match="none of your groups") as refused:
        await tokens.verify(provider.token("保龄球", "gm", "cs_specialist"))
    assert refused.value.who == Principal.staff("zhang.min", name="张敏")
    with pytest.raises(Forbidden, match="none of your groups"):
        await tokens.verify(provider.token(groups=[], roles=["gm"]))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"groups": None}, "names no groups"),
        ({"groups": "客服部"}, "names no groups"),
        ({"groups": {"客服部": True}}, "names no groups"),
        ({"groups": ["客服部", 7]}, "names no groups"),
        ({"iss": "https://elsewhere.example"}, "issuer is not known"),
        ({"iss": None}, "iss"),
        ({"aud": "payroll"}, "[Aa]udience"),
        ({"aud": None}, "aud"),
        ({"exp": NOW - HOUR}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": "9999999999"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": float("inf")}, "Infinity"),
        ({"iat": None}, "iat"),
        ({"iat": NOW + HOUR, "exp": NOW + 2 * HOUR}, "iat"),
        ({"nbf": NOW + HOUR}, "nbf"),
        ({"exp": NOW + 13 * HOUR}, "good for too long; expected at most 43200 s"),
        ({"exp": 99_999_999_999}, "good for too long"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": ""}, "subject"),
        ({"sub": "x" * 129}, "subject"),
        ({"sub": "zh\u200bang"}, "cannot be seen"),
        ({"name": {"given": "敏"}}, "name is no text"),
        ({"name": "张\u202e敏"}, "cannot be seen"),
        ({"header": {"typ": "logout+jwt"}}, "typ"),
        ({"header": {"crit": ["b64"], "b64": False}}, "not valid"),
        ({"header": {"kid": ""}}, "kid"),
        ({"header": {"kid": "unknown"}}, "not one of the identity provider's"),
    ],
)
async def test_a_token_that_proves_too_little_is_refused(
    provider: OpenIdProvider, tokens: StaffTokens, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Unauthenticated, match=complaint):
        await tokens.verify(provider.token(**changes))


async def test_clocks_may_differ_by_as_much_as_the_setting_says(
    provider: OpenIdProvider, issuer: IdentityProvider
) -> None:
    late = provider.token(exp=datetime.now(UTC) - timedelta(seconds=10), iat=datetime.now(UTC) - HOUR)
    early = provider.token(iat=datetime.now(UTC) + timedelta(seconds=10))
    lenient, exact = StaffTokens(issuer, leeway=30), StaffTokens(issuer, leeway=0)
    assert [(await lenient.verify(each)).id for each in (late, early)] == ["zhang.min", "zhang.min"]
    for each in (late, early):
        with pytest.raises(Unauthenticated):
            await exact.verify(each)


async def test_a_token_that_says_one_thing_twice_is_refused(provider: OpenIdProvider, tokens: StaffTokens) -> None:
    claims = json.dumps(jwt.decode(provider.token(), options={"verify_signature": False}))
    algorithm, key = provider.private_keys["first"]
    twice = claims[:-1] + ', "groups": ["IT"]}'
    signed = jwt.api_jws.encode(twice.encode(), key, algorithm, headers={"kid": "first"})
    with pytest.raises(Unauthenticated, match="stands in it twice"):
        await tokens.verify(signed)


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_each_type_of_key_verifies_its_own_algorithm(
    provider: OpenIdProvider, tokens: StaffTokens, algorithm: str
) -> None:
    provider.add_key("second", algorithm)
    assert (await tokens.verify(provider.token())).id == "zhang.min"


async def test_the_key_pins_the_algorithm_and_never_the_token(provider: OpenIdProvider, tokens: StaffTokens) -> None:
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    _, key = provider.private_keys["first"]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "first"}).encode())
    body = jwt.utils.base64url_encode(json.dumps(claims).encode())
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    confused = b".".join((head, body, jwt.utils.base64url_encode(hmac.sign(head + b"." + body, public)))).decode()
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "first"})
    other = jwt.encode(claims, private_key("RS256"), "RS256", headers={"kid": "first"})
    longer = jwt.encode(claims, key, "RS512", headers={"kid": "first"})
    public_jwk = get_default_algorithms()["RS256"].to_jwk(private_key("RS256").public_key(), as_dict=True)
    brought = jwt.encode(claims, private_key("RS256"), "RS256", headers={"kid": "first", "jwk": public_jwk})
    for forged in (confused, unsigned, other, longer, brought, "", "a.b.c", "x" * 20_000, "[" * 9_000 + ".x.y"):
        with pytest.raises(Unauthenticated, match="not valid"):
            await tokens.verify(forged)


async def test_a_key_that_we_do_not_take_spoils_no_other(provider: OpenIdProvider, tokens: StaffTokens) -> None:
    weak = get_default_algorithms()["RS256"].to_jwk(private_key("RS256", bits=1024).public_key(), as_dict=True)
    good = provider.documents[KEYS]["keys"][0]
    provider.publish(
        {"kid": "shared", "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256"},
        {"kid": "weak", **weak},
        {"kid": "encrypting", **(good | {"kid": "encrypting", "use": "enc"})},
        {"kid": "mixed", **(good | {"kid": "mixed", "alg": "HS256"})},
        {"kid": "broken", "kty": "RSA", "n": "!!", "e": "AQAB"},
        {"kid": 7, "kty": "RSA"},
        {},
    )
    assert (await tokens.verify(provider.token())).id == "zhang.min"
    for kid in ("shared", "weak", "encrypting", "mixed", "broken"):
        with pytest.raises(Unauthenticated, match="not one of the identity provider's"):
            await tokens.verify(provider.token(header={"kid": kid}))


async def test_a_new_key_is_found_when_the_first_token_names_it(provider: OpenIdProvider, tokens: StaffTokens) -> None:
    before = provider.token()
    await tokens.verify(before)
    provider.add_key("second")
    assert (await tokens.verify(provider.token())).id == (await tokens.verify(before)).id == "zhang.min"
    assert provider.asked[KEYS] == 2


async def test_unknown_keys_make_us_ask_once_in_a_while_for_all_of_them(
    provider: OpenIdProvider, known_as: Callable[..., IdentityProvider]
) -> None:
    tokens = StaffTokens(known_as(unknown_every=3600))
    forged = [provider.token(header={"kid": f"guess-{each}"}) for each in range(50)]
    answers = await asyncio.gather(*(tokens.verify(each) for each in forged), return_exceptions=True)
    assert {type(answer) for answer in answers} == {Unauthenticated}
    assert provider.asked[KEYS] == 1
    assert (await tokens.verify(provider.token())).id == "zhang.min"


async def test_a_key_that_is_gone_from_the_set_is_out_with_the_next_look(
    provider: OpenIdProvider, known_as: Callable[..., IdentityProvider]
) -> None:
    tokens = StaffTokens(known_as(refresh_every=0.05))
    async with kept_up_to_date(tokens):
        token = provider.token(kid="first")
        provider.add_key("second")
        assert (await tokens.verify(token)).id == "zhang.min"
        provider.withdraw("first")
        asked = provider.asked[KEYS]
        await eventually(lambda: provider.asked[KEYS] > asked + 1)
        with pytest.raises(Unauthenticated, match="not one of the identity provider's"):
            await tokens.verify(token)
        assert (await tokens.verify(provider.token())).id == "zhang.min"


async def test_the_provider_is_asked_often_enough_that_a_key_is_out_within_a_minute(
    policy: Path, provider: OpenIdProvider
) -> None:
    issuer = IdentityProvider(provider.issuer, "kefu", read_policies(GroupRoles, policy))
    assert issuer._refresh_every + 2 * issuer._patience < 60


@pytest.mark.parametrize("state", ["broken", "silent"])
async def test_the_last_keys_serve_while_the_provider_is_away(
    provider: OpenIdProvider, known_as: Callable[..., IdentityProvider], state: Any
) -> None:
    issuer = known_as(refresh_every=0.05, patience=2)
    tokens = StaffTokens(issuer)
    async with kept_up_to_date(tokens):
        await eventually(lambda: bool(issuer.key_names))
        provider.state = state
        await eventually(lambda: issuer.away is not None)
        began = monotonic()
        assert (await tokens.verify(provider.token())).id == "zhang.min"
        assert monotonic() - began < 2
        assert tokens.trouble() is None


async def test_a_request_waits_for_a_silent_provider_for_a_bounded_time(
    provider: OpenIdProvider, known_as: Callable[..., IdentityProvider]
) -> None:
    provider.state = "silent"
    tokens = StaffTokens(known_as(patience=0.2))
    began = monotonic()
    with pytest.raises(Unauthenticated, match="has not answered yet"):
        await tokens.verify(provider.token())
    assert monotonic() - began < 2


@pytest.mark.parametrize(
    ("path", "document", "complaint"),
    [
        (DISCOVERY, b"<html>", "Invalid JSON"),
        (
            DISCOVERY,
            {"issuer": "https://elsewhere.example", "jwks_uri": "https://elsewhere.example/k"},
            "another issuer",
        ),
        (DISCOVERY, {"jwks_uri": 7}, "issuer"),
        (KEYS, b"[" * 50_000, "Invalid JSON|recursion"),
        (KEYS, {"keys": "none"}, "keys"),
        (KEYS, {"keys": [{}] * 101}, "keys"),
        (KEYS, b" " * 300_000, "more than 262144 bytes"),
        (KEYS, {"keys": []}, "no key that we take"),
    ],
)
async def test_what_the_provider_says_wrong_is_told_and_lets_nobody_in(
    provider: OpenIdProvider, issuer: IdentityProvider, path: str, document: Any, complaint: str
) -> None:
    provider.documents[path] = document
    tokens = StaffTokens(issuer)
    with pytest.raises(Unauthenticated, match=complaint):
        await tokens.verify(provider.token())
    assert provider.issuer in str(tokens.trouble())


async def test_keys_are_taken_over_a_private_line_only(provider: OpenIdProvider, issuer: IdentityProvider) -> None:
    provider.documents[DISCOVERY] = {"issuer": provider.issuer, "jwks_uri": "http://keys.example/set"}
    await issuer.refresh()
    assert issuer.away == f"{provider.issuer}{DISCOVERY}: jwks_uri must start with https://"


async def test_an_outage_is_over_with_the_next_answer(provider: OpenIdProvider, issuer: IdentityProvider) -> None:
    provider.state = "broken"
    await issuer.refresh()
    assert issuer.away == f"{provider.issuer}{DISCOVERY} answered 500"
    provider.state = "up"
    await issuer.refresh()
    assert (issuer.away, issuer.trouble(), issuer.key_names) == (None, None, ("first",))


@pytest.mark.parametrize("ignore_case", [True, False])
async def test_a_revoked_subject_is_out_at_once_whoever_signed_and_in_whatever_spelling(
    provider: OpenIdProvider, issuer: IdentityProvider, tmp_path: Path, ignore_case: bool
) -> None:
    create_key_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    replace_file(tmp_path / "revoked", "# 离职\nwang.wu\n")
    local = LocalKey(tmp_path / "public.pem", "kefu", "kefu")
    tokens = StaffTokens(issuer, local, revoked=tmp_path / "revoked", ignore_case=ignore_case)
    private = (tmp_path / "private.pem").read_text()
    theirs = [provider.token(), provider.token(subject=" ZHANG.MIN"), issue_token(private, "Zhang.min", "gm")]
    ids = {(await tokens.verify(each)).id for each in theirs}
    assert ids == ({"zhang.min"} if ignore_case else {"zhang.min", "ZHANG.MIN", "Zhang.min"})
    replace_file(tmp_path / "revoked", "wang.wu\nZhang.Min # 2026-11-28 手机丢失\n")
    await until(lambda: _is_out(tokens, theirs[0]))
    for each in theirs:
        with pytest.raises(Unauthenticated, match="withdrawn") as refused:
            await tokens.verify(each)
        assert refused.value.who
        assert refused.value.who.id in ids
    assert (await tokens.verify(provider.token(subject="li.si"))).id == "li.si"


async def _is_out(tokens: StaffTokens, token: str) -> bool:
    try:
        await tokens.verify(token)
    except Unauthenticated:
        return True
    return False


async def test_a_line_that_names_no_person_lets_no_revoked_person_in_and_keeps_no_other_out(
    provider: OpenIdProvider, issuer: IdentityProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def out() -> set[str]:
        people = ("wang.wu", "zhang.min", "chen.jie", "li.si")
        return {each for each in people if await _is_out(tokens, provider.token(subject=each))}

    async def seen(expected: set[str]) -> bool:
        return await out() == expected

    async def missed() -> bool:
        return tokens.warning() == f"REVOKED_SUBJECTS_FILE: {tmp_path / 'revoked'} is not there"

    replace_file(tmp_path / "revoked", "wang.wu\nｚｈａｎｇ.min\n")
    tokens = StaffTokens(issuer, revoked=tmp_path / "revoked")
    assert (await out(), tokens.trouble()) == ({"wang.wu", "zhang.min"}, None)
    assert "REVOKED_SUBJECTS_FILE: line 2 names no person (the subject has compatibility" in str(tokens.warning())
    said = capsys.readouterr().out
    assert (said.count("lines_ignored"), said.count("ｚｈａｎｇ")) == (1, 0)
    replace_file(tmp_path / "revoked", "chen.jie\nw\u0430ng.wu\n")
    await until(lambda: seen({"wang.wu", "zhang.min", "chen.jie"}))
    replace_file(tmp_path / "revoked", "\ufeffchen.jie\n")
    await until(lambda: seen({"chen.jie"}))
    assert tokens.warning() is None
    replace_file(tmp_path / "revoked", "x" * 1000)
    await until(lambda: seen({"chen.jie"}))
    (tmp_path / "revoked").unlink()
    await until(missed)
    assert (await out(), tokens.trouble()) == ({"chen.jie"}, None)


async def test_without_the_file_of_the_revoked_no_member_of_staff_gets_in(
    provider: OpenIdProvider, issuer: IdentityProvider, tmp_path: Path
) -> None:
    tokens = StaffTokens(issuer, revoked=tmp_path / "revoked")
    with pytest.raises(Unauthenticated, match="REVOKED_SUBJECTS_FILE"):
        await tokens.verify(provider.token())
    assert "REVOKED_SUBJECTS_FILE" in str(tokens.trouble())


async def test_a_person_may_be_named_by_another_claim(
    provider: OpenIdProvider, known_as: Callable[..., IdentityProvider]
) -> None:
    tokens = StaffTokens(known_as(subject_claim="employee_no", groups_claim="departments"))
    token = provider.token(subject="8d3f", employee_no="GD-0417", departments=["IT"], groups=None)
    assert await tokens.verify(token) == Principal.staff("GD-0417", Role.OPERATOR, name="张敏")
    with pytest.raises(Unauthenticated, match="subject is no text"):
        await tokens.verify(provider.token(departments=["IT"]))


async def test_each_issuer_is_known_by_its_own_key_and_audience(
    provider: OpenIdProvider, issuer: IdentityProvider, tmp_path: Path
) -> None:
    create_key_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    private = (tmp_path / "private.pem").read_text()
    tokens = StaffTokens(issuer, LocalKey(tmp_path / "public.pem", "kefu", "ours"))
    assert await tokens.verify(issue_token(private, "li", "gm", audience="ours")) == Principal.staff("li", Role.GM)
    for foreign in (
        issue_token(private, "li", "gm", audience="kefu"),
        issue_token(private, "li", "gm", issuer=provider.issuer, audience="kefu"),
        provider.token(iss="kefu", aud="ours", roles=["gm"]),
    ):
        with pytest.raises(Unauthenticated, match="not valid"):
            await tokens.verify(foreign)


@pytest.mark.parametrize("group", ['"x" = ["king"]', '"x" = "gm"', '"x" = [7]'])
def test_a_sign_in_policy_gives_roles_that_there_are(policy: Path, group: str) -> None:
    policy.write_text(f"{SIGN_IN_POLICY}{group}\n")
    with pytest.raises(ValueError, match=r"sign_in.toml: groups\.x"):
        read_policies(GroupRoles, policy)
