"""Who is asking."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role
from shared.files import NOTICED_WITHIN, replace_file
from shared.identity import (
    DepartmentKeys,
    Forbidden,
    LocalKey,
    Principal,
    StaffTokens,
    Unauthenticated,
    add_api_key,
    create_key_pair,
    issue_token,
)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    create_key_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    return tmp_path / "private.pem", tmp_path / "public.pem"


@pytest.fixture
def tokens(pair: tuple[Path, Path]) -> StaffTokens:
    return StaffTokens(LocalKey(pair[1], "kefu", "kefu"))


def signed(private: Path, **changes: Any) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": "zhang",
        "roles": ["cs_specialist"],
        "iss": "kefu",
        "aud": "kefu",
        "iat": now,
        "exp": now + timedelta(hours=1),
    } | changes
    key = load_pem_private_key(private.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return jwt.encode({name: claim for name, claim in claims.items() if claim is not None}, key, algorithm="EdDSA")


async def verify_until(limit: float, tokens: StaffTokens, token: str) -> None:
    while monotonic() < limit:
        await tokens.verify(token)
        await asyncio.sleep(0.05)


async def test_a_token_that_we_issued_names_its_subject_roles_and_name(
    pair: tuple[Path, Path], tokens: StaffTokens
) -> None:
    token = issue_token(pair[0].read_text(), "zhang", "cs_specialist", "cs_supervisor", name="张敏")
    expected = Principal.staff("zhang", Role.CS_SPECIALIST, Role.CS_SUPERVISOR, name="张敏")
    assert (await tokens.verify(token), await tokens.verify(token), tokens.trouble()) == (expected, expected, None)


async def test_two_keys_count_while_one_follows_the_other(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    tokens = StaffTokens(LocalKey(pair[1], "kefu", "kefu"))
    before = issue_token(pair[0].read_text(), "zhang", "cs_specialist")
    assert (await tokens.verify(before)).id == "zhang"
    create_key_pair(tmp_path / "next.pem", tmp_path / "next.pub.pem")
    after = issue_token((tmp_path / "next.pem").read_text(), "li", "cs_specialist")
    replace_file(pair[1], (tmp_path / "next.pub.pem").read_text() + pair[1].read_text())
    await asyncio.sleep(NOTICED_WITHIN)
    assert [(await tokens.verify(token)).id for token in (before, after)] == ["zhang", "li"]
    replace_file(pair[1], (tmp_path / "next.pub.pem").read_text())
    await asyncio.sleep(NOTICED_WITHIN)
    assert (await tokens.verify(after)).id == "li"
    with pytest.raises(Unauthenticated, match="Signature verification failed"):
        await tokens.verify(before)


def test_the_private_key_is_for_its_owner_only(pair: tuple[Path, Path]) -> None:
    assert pair[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"exp": datetime(2026, 1, 1, tzinfo=UTC)}, "expired"),
        ({"exp": None}, "exp"),
        ({"iss": "someone"}, "issuer"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "[Aa]udience"),
        ({"aud": None}, "aud"),
        ({"sub": None}, "sub"),
        ({"roles": None}, "roles"),
        ({"roles": []}, "roles"),
        ({"roles": "gm"}, "roles"),
        ({"roles": ["king"]}, "unknown roles: king"),
    ],
)
async def test_a_token_that_proves_too_little_is_refused(
    pair: tuple[Path, Path], tokens: StaffTokens, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Unauthenticated, match=complaint):
        await tokens.verify(signed(pair[0], **changes))


async def test_a_token_that_was_good_is_refused_once_it_has_expired(pair: tuple[Path, Path]) -> None:
    tokens = StaffTokens(LocalKey(pair[1], "kefu", "kefu"), leeway=0)
    token = signed(pair[0], exp=int(datetime.now(UTC).timestamp()) + 2)
    assert (await tokens.verify(token)).id == "zhang"
    limit = monotonic() + 10
    with pytest.raises(Unauthenticated, match="expired"):
        await verify_until(limit, tokens, token)


async def test_a_token_signed_by_another_key_is_refused(tmp_path: Path, tokens: StaffTokens) -> None:
    create_key_pair(tmp_path / "other.pem", tmp_path / "other.pub")
    with pytest.raises(Unauthenticated, match="not valid"):
        await tokens.verify(signed(tmp_path / "other.pem"))


async def test_a_forged_token_is_refused_whatever_algorithm_it_names(
    pair: tuple[Path, Path], tokens: StaffTokens
) -> None:
    claims = {"sub": "x", "roles": ["gm"], "iss": "kefu", "aud": "kefu", "iat": time(), "exp": time() + 60}
    unsigned = jwt.encode(claims, "", algorithm="none")
    head, body = (jwt.utils.base64url_encode(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    digest = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        head + b"." + body, pair[1].read_bytes()
    )
    confused = b".".join((head, body, jwt.utils.base64url_encode(digest))).decode()
    for forged in (unsigned, confused, "", "a.b.c", "x" * 5000):
        with pytest.raises(Unauthenticated, match="not valid"):
            await tokens.verify(forged)


async def test_a_token_of_a_key_that_was_replaced_is_refused(pair: tuple[Path, Path], tokens: StaffTokens) -> None:
    token = signed(pair[0])
    assert (await tokens.verify(token)).id == "zhang"
    create_key_pair(*pair)
    with pytest.raises(Unauthenticated, match="not valid"):
        await verify_until(monotonic() + 5, tokens, token)
    assert (await tokens.verify(signed(pair[0]))).id == "zhang"


async def test_an_rsa_key_pins_rs256(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    claims = {"sub": "li", "roles": ["gm"], "iss": "kefu", "aud": "kefu", "iat": time(), "exp": time() + 60}
    tokens = StaffTokens(LocalKey(tmp_path / "public.pem", "kefu", "kefu"))
    assert await tokens.verify(jwt.encode(claims, key, algorithm="RS256")) == Principal.staff("li", Role.GM)
    with pytest.raises(Unauthenticated, match="not valid"):
        await tokens.verify(jwt.encode(claims, key, algorithm="RS512"))


@pytest.mark.parametrize("file", [None, Path("/nonexistent/public.pem")])
async def test_without_a_public_key_no_member_of_staff_gets_in_and_readiness_says_why(
    pair: tuple[Path, Path], file: Path | None
) -> None:
    tokens = StaffTokens(LocalKey(file, "kefu", "kefu"))
    assert "JWT_PUBLIC_KEY_FILE" in str(tokens.trouble())
    with pytest.raises(Unauthenticated, match="JWT_PUBLIC_KEY_FILE"):
        await tokens.verify(signed(pair[0]))


@pytest.mark.parametrize("pem", ["", "-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n"])
async def test_a_file_that_holds_no_key_lets_nobody_in(pair: tuple[Path, Path], tmp_path: Path, pem: str) -> None:
    (tmp_path / "public.pem").write_text(pem)
    with pytest.raises(Unauthenticated, match="cannot be used"):
        await StaffTokens(LocalKey(tmp_path / "public.pem", "kefu", "kefu")).verify(signed(pair[0]))


def test_a_token_is_issued_only_with_a_role_and_by_an_ed25519_key(pair: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match="at least one role"):
        issue_token(pair[0].read_text(), "zhang")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="Ed25519"):
        issue_token(pem, "zhang", "gm")


def test_a_department_is_known_by_its_key(tmp_path: Path) -> None:
    key = add_api_key(tmp_path / "keys.json", "production")
    principal = DepartmentKeys(tmp_path / "keys.json").verify(key)
    assert principal == Principal.system(Department.PRODUCTION)
    assert principal.acting_in_any_role() == Actor(kind="department", id="production", role="production")


def test_two_keys_of_a_department_are_valid_at_once_and_the_third_replaces_the_first(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first, second, third = (add_api_key(file, "production") for _ in range(3))
    keys = DepartmentKeys(file)
    assert [keys.verify(key).id for key in (second, third)] == ["production", "production"]
    with pytest.raises(Unauthenticated):
        keys.verify(first)


def test_the_file_holds_hashes_and_never_a_key(tmp_path: Path) -> None:
    key = add_api_key(tmp_path / "keys.json", "production")
    text = (tmp_path / "keys.json").read_text()
    assert key not in text
    assert key.partition(".")[2] not in text
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_key_says_nothing_about_another_department(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = add_api_key(file, "production")
    add_api_key(file, "finance")
    keys = DepartmentKeys(file)
    for stranger in ("finance." + key.partition(".")[2], "production.", "production", "", "nobody.x", key + "x"):
        with pytest.raises(Unauthenticated, match=r"<department>\.<secret>"):
            keys.verify(stranger)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"production": "x"}', '{"production": ["short"]}', '{"production": [7]}']
)
def test_a_broken_file_of_keys_lets_nobody_in(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(Unauthenticated):
        DepartmentKeys(tmp_path / "keys.json").verify("production.x")


def test_without_a_file_of_keys_no_department_gets_in() -> None:
    with pytest.raises(Unauthenticated, match="API_KEYS_FILE"):
        DepartmentKeys(None).verify("production.x")


@pytest.mark.parametrize("name", ["", "a.b", "warehouses", "生产"])
def test_a_key_is_made_for_a_department_that_there_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not a department; there are sales, design"):
        add_api_key(tmp_path / "keys.json", name)


def test_someone_with_several_roles_acts_in_the_one_that_is_allowed() -> None:
    someone = Principal.staff("zhang", Role.CS_SPECIALIST, Role.CS_DIRECTOR)
    assert someone.acting(Role.CS_DIRECTOR, Role.GM) == Actor(kind="staff", id="zhang", role="cs_director")
    assert someone.acting_in_any_role() == Actor(kind="staff", id="zhang", role="cs_specialist")


def test_the_order_of_the_roles_in_a_token_means_nothing() -> None:
    roles = (Role.GM, Role.CS_DIRECTOR, Role.CS_SPECIALIST)
    assert Principal.staff("zhang", *roles) == Principal.staff("zhang", *reversed(roles))
    there, back = Principal.staff("zhang", *roles), Principal.staff("zhang", *reversed(roles))
    assert there.acting_in_any_role() == back.acting_in_any_role()


def test_a_role_and_a_department_of_one_name_are_different_things() -> None:
    with pytest.raises(Forbidden):
        Principal.staff("zhang", Role.FINANCE).acting(Department.FINANCE)
    with pytest.raises(Forbidden):
        Principal.system(Department.FINANCE).acting(Role.FINANCE)
    assert Principal.system(Department.FINANCE).acting(Role.FINANCE, Department.FINANCE).kind == "department"


def test_a_guard_that_names_nobody_lets_nobody_in() -> None:
    with pytest.raises(ValueError, match="name the roles or departments that are let in"):
        Principal.staff("zhang", Role.GM).acting()


def test_someone_without_any_role_acts_in_none() -> None:
    with pytest.raises(Forbidden, match="this needs a role; you have none"):
        Principal.staff("zhang").acting_in_any_role()


def test_someone_without_an_allowed_role_is_told_which_would_do() -> None:
    with pytest.raises(Forbidden, match="one of gm, cs_director; yours: cs_specialist"):
        Principal.staff("zhang", Role.CS_SPECIALIST).acting(Role.GM, Role.CS_DIRECTOR)


@pytest.mark.requirement("R002.a")
def test_every_role_of_the_scope_is_registered_under_its_chinese_name() -> None:
    scope = {
        "客户经理", "区域负责人", "客服专员", "客服主管", "客服课长", "客服总监", "销售助理", "设计总监",
        "项目组", "研发组", "生产部厂长", "拆单课", "工程部区域负责人", "市场督导",
    }  # fmt: skip
    assert scope <= {role.chinese for role in Role}
    assert len({role.chinese for role in Role}) == len(Role)
