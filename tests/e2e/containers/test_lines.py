"""With one setting RabbitMQ, MongoDB and the gateway listen over TLS alone, and an order goes its way as ever."""

import ssl

import httpx
import pytest
from composed import composed, docker
from trade import Trade, staff
from waiting import until

from kefu_local.authority import Authority
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    with composed(tmp_path_factory.mktemp("secrets"), "intake", "orders", "gateway", KEFU_TLS="on") as running:
        yield running


async def test_an_order_goes_over_tls_from_the_sales_department_to_a_clerks_screen(encrypted):
    trust = ssl.create_default_context(cafile=encrypted.secrets.authority.certificate)
    async with (
        Trade(encrypted.around, "tls") as trade,
        httpx.AsyncClient(base_url=encrypted.door, verify=trust, trust_env=False, timeout=60) as clerk,
    ):

        async def listed():
            answer = await clerk.get("/orders/orders", headers=staff(encrypted.around, Role.CS_MANAGER))
            assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            return [each["order_no"] for each in answer.raise_for_status().json()["items"]]

        await trade.orders(1)
        assert await until(listed, seconds=90, every=0.5) == ["TLS-0"]


@pytest.mark.parametrize("place", ["door", "broker", "database"])
def test_a_server_is_not_believed_by_those_who_trust_another_authority(encrypted, tmp_path, place):
    url = {
        "door": encrypted.door,
        "broker": f"https://127.0.0.1:{encrypted.port('AMQPS')}",
        "database": f"https://127.0.0.1:{encrypted.port('MONGO')}",
    }[place]
    stranger = ssl.create_default_context(cafile=Authority(tmp_path / "stranger").certificate)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(url, verify=stranger, timeout=60, trust_env=False)


def test_nothing_listens_in_the_clear(encrypted):
    open_ports = "for at in 5672 5671; do (exec 3<>/dev/tcp/127.0.0.1/$at) 2>/dev/null && echo $at; done; true"
    (rabbitmq,) = encrypted.containers("rabbitmq")
    assert docker("exec", rabbitmq, "bash", "-c", open_ports).split() == ["5671"]
    assert httpx.get(encrypted.door.replace("https", "http"), timeout=60, trust_env=False).status_code == 400
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{encrypted.port('MANAGEMENT')}/api/overview", timeout=60, trust_env=False)
