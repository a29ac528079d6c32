"""What intake's door turns away: bodies that do not fit, and those who prove nothing."""

import jwt
import pytest
from door_keys import Keys

HENGDA = {"name": "广州恒达装饰工程有限公司", "kind": "intermediary", "source": "engineering"}


@pytest.mark.parametrize(
    ("content", "status", "code", "told"),
    [
        (b"{", 400, "malformed_json", "the body is not JSON"),
        (b"\xff", 400, "malformed_json", "not UTF-8"),
        (b'{"name": "A", "colour": "blue"}', 422, "invalid", "body.colour: Extra inputs are not permitted"),
        (b'{"name": {"$gt": ""}}', 422, "invalid", "body.name: Input should be a valid string"),
        (b'{"name": "A", "contacts": [{"name": "B", "$where": "1"}]}', 422, "invalid", "body.contacts.0.$where"),
        (b'{"name": "A", "contacts": [{"name": "B", "mobile": "no"}]}', 422, "invalid", "body.contacts.0.mobile"),
        (b'{"kind": "end"}', 422, "invalid", "body.name: Field required"),
        (b'"text"', 422, "invalid", ""),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_and_the_place_is_named(http, staff, content, status, code, told):
    headers = {**staff(), "Content-Type": "application/json"}
    answer = await http.post("/customers", content=content, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert told in answer.json()["detail"]


async def test_ten_megabytes_are_refused(http, staff):
    answer = await http.post("/customers", content=b"x" * 10_000_000, headers=staff())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer forged", "Basic Y3M6Y3M="])
async def test_nobody_gets_in_without_a_token(http, token):
    answer = await http.get("/customers", headers={"Authorization": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_token_that_somebody_else_signed_opens_nothing(http, tmp_path):
    headers = Keys.made_in(tmp_path).staff("cs_director")
    answer = await http.post("/customers", json=HENGDA, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_token_without_a_signature_opens_nothing(http, keys):
    claims = jwt.decode(keys.staff("cs_director")["Authorization"][7:], options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none")
    answer = await http.get("/customers", headers={"Authorization": f"Bearer {unsigned}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_department_does_not_read_the_customers_files(http, department):
    answer = await http.get("/customers", headers=department("sales"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_wish_without_an_idempotency_key_is_refused(http, staff):
    headers = {name: value for name, value in staff().items() if name != "Idempotency-Key"}
    answer = await http.post("/customers", json=HENGDA, headers=headers)
    assert answer.status_code == 422
    assert "header.idempotency-key" in answer.json()["detail"]
