"""The examples of docs/departments.md and of the README, typed as they stand there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from waiting import until

from kefu.surroundings import Surroundings
from kefu.tokens import local_token
from kefu_local.system import System
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ORDER_NO = json.loads((EXAMPLES / "order_requested.json").read_text())["order_no"]

pytestmark = pytest.mark.timeout(300)


async def test_a_departments_system_reports_over_amqp_and_over_http_and_sees_what_was_refused(kefu: System) -> None:
    around = kefu.around
    once = str(uuid4())
    for _ in range(2):
        told, *_ = reported(around, "sales", "sales.order_requested.v1", "order_requested.json", once)
        assert told == f"reported sales.order_requested.v1 as {once}"
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        order = await until(lambda: found(http, around, f"/orders/{order_id_of(ORDER_NO)}"), 60)
        assert (order["contract"]["draft"]["ship_on"], order["stage"]) == ("2027-01-29", "review")

        late = await http.post(
            f"{around.service_url('intake')}/facts",
            content=(EXAMPLES / "production_delayed.json").read_bytes(),
            headers={
                "X-API-Key": around.need("PRODUCTION_API_KEY"),
                "Content-Type": "application/json",
                "ce-specversion": "1.0",
                "ce-id": str(uuid4()),
                "ce-type": "production.production_delayed.v1",
                "ce-source": "mes",
                "ce-time": around.time().now().isoformat(),
            },
        )
        assert (late.status_code, late.json()["stage"]) == (202, "admitted")

        strange = str(uuid4())
        heard = reported(around, "sales", "sales.order_withdrawn.v1", "order_requested.json", strange)[1:]
        asked = f"{around.service_url('intake')}/facts/{strange}"
        key = {"X-API-Key": around.need("SALES_API_KEY")}
        refused = await until(lambda: _refused(http, asked, key))
        assert refused["code"] == "schema"

        async def heard_of_it() -> bool:
            heard.extend(reported(around, "sales", "sales.order_requested.v1", "order_requested.json", once)[1:])
            return strange in [json.loads(line.removeprefix("refused earlier: "))["id"] for line in heard]

        assert await until(heard_of_it)


async def test_the_complaint_of_the_readme_is_taken_once_however_often_it_is_sent(kefu: System) -> None:
    around = kefu.around
    headers = {
        "Authorization": f"Bearer {local_token(around, Role.CS_SPECIALIST, Role.COMPLAINT_HANDLER)}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
    }
    said = json.loads((EXAMPLES / "complaint.json").read_text())
    body = json.dumps(
        said | {"contract_no": f"JG-{uuid4().hex[:8].upper()}"}
    ).encode()  # one that no other test has told of
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        url = f"{around.service_url('complaints')}/complaints"
        first, second = [await http.post(url, content=body, headers=headers) for _ in range(2)]
        assert first.is_success, first.text
        taken = {(answer.json()["complaint_id"], answer.json()["complaint_no"]) for answer in (first, second)}
        assert (second.status_code, len(taken)) == (first.status_code, 1)
        id = UUID(first.json()["complaint_id"])
        warranty = await until(lambda: _checked(http, around, id))
        assert (warranty["verdict"], warranty["explanation"]) == (
            "uncertain",
            ["未找到对应的合同，无法判断是否在保修期内，请核对合同编号。"],
        )


def reported(around: Surroundings, department: str, key: str, file: str, id: str) -> list[str]:
    """What the example of a department's system says when it reports this."""
    command = [sys.executable, str(EXAMPLES / "report_fact.py"), key, str(EXAMPLES / file), id]
    env = {"INGRESS_URL": around.need(f"{department.upper()}_INGRESS_URL")}
    said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=True)
    return said.stdout.splitlines()


async def found(http: httpx.AsyncClient, around: Surroundings, path: str) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {local_token(around, Role.CS_MANAGER)}"}
    answer = await http.get(f"{around.service_url('orders')}{path}", headers=headers)
    return answer.json() if answer.is_success else None


async def _refused(http: httpx.AsyncClient, url: str, key: dict[str, str]) -> dict[str, Any] | None:
    answer = await http.get(url, headers=key)
    return answer.json() if answer.is_success else None


async def _checked(http: httpx.AsyncClient, around: Surroundings, id: UUID) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {local_token(around, Role.CS_MANAGER)}"}
    answer = await http.get(f"{around.service_url('complaints')}/complaints/{id}", headers=headers)
    notes = answer.json()["warranty"] if answer.is_success else []
    return notes[0] if notes else None
