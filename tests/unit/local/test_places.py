"""Where a `make run` listens."""

import socket

import pytest

from kefu.trouble import Trouble
from kefu_local.places import Places
from kefu_local.ports import free_ports, is_free
from kefu_local.servers import in_vhost, vhost_of, with_login


def test_one_variable_moves_every_port() -> None:
    places = Places.from_environment({"PORTS": "9100"})
    assert list(places.services.values()) == [9101, 9102, 9103, 9104, 9105]
    assert (places.sms, places.smtp, places.servers.rabbit.amqp, places.servers.mongo) == (9111, 9112, 9121, 9131)


@pytest.mark.parametrize("first", ["ninety", "80", "70000", "-1"])
def test_a_first_port_that_is_none_is_refused_by_name(first: str) -> None:
    with pytest.raises(Trouble, match=f"PORTS={first} is not a port"):
        Places.from_environment({"PORTS": first})


def test_a_taken_port_is_named_with_its_user_and_the_variable_that_moves_it() -> None:
    port = next(free_ports())
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", port))
        somebody_else.listen()
        with pytest.raises(Trouble, match=f"Port {port} for intake is taken.*PORTS"):
            Places(port - 1).claim({})


def test_ports_of_servers_that_run_elsewhere_are_not_wanted() -> None:
    port = next(port for port in free_ports() if all(is_free(port + place) for place in (*range(13), 31)))
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", port + 31))
        somebody_else.listen()
        with pytest.raises(Trouble, match="for MongoDB is taken"):
            Places(port).claim({"RABBIT_URL": "amqp://elsewhere"})
        Places(port).claim({"RABBIT_URL": "amqp://elsewhere", "MONGO_URL": "mongodb://elsewhere"})


def test_a_virtual_host_and_a_login_are_changed_without_touching_the_rest_of_an_address() -> None:
    url = "amqp://kefu:secret@127.0.0.1:8121/kefu"
    assert in_vhost(url, "a/b") == "amqp://kefu:secret@127.0.0.1:8121/a%2Fb"
    assert with_login(url, "sales", "p@ss") == "amqp://sales:p%40ss@127.0.0.1:8121/kefu"
    assert vhost_of("amqp://127.0.0.1") == "/"
    assert vhost_of(in_vhost(url, "a/b")) == "a/b"
