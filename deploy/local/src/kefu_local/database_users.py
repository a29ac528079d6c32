"""Makes MongoDB's users: `python -m kefu_local.database_users users.json`, as often as one likes."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure

_HOST = "127.0.0.1:27017"
_AUTHENTICATION_FAILED = 18


def make_users(root: dict[str, str], users: list[dict[str, Any]], host: str = _HOST, **options: Any) -> None:
    """Each of these users exists afterwards, with this password and these rights and no others.

    Where there is no user at all yet, `host` must be on MongoDB's own loopback interface: from there alone it takes
    the first one, `root`. `options` are the driver's own, such as `tlsCAFile`.
    """
    try:
        _make(_address(root, host), users, options)
    except OperationFailure as error:
        if error.code != _AUTHENTICATION_FAILED:
            raise
        _make(f"mongodb://{host}", [{**root, "database": "admin", "role": "root"}], options)
        _make(_address(root, host), users, options)


def _address(root: dict[str, str], host: str) -> str:
    return f"mongodb://{quote(root['name'])}:{quote(root['password'])}@{host}/?authSource=admin"


def _make(address: str, users: list[dict[str, Any]], options: dict[str, Any]) -> None:
    with MongoClient[dict[str, Any]](address, **options) as client:
        for user in users:
            database = client[user["database"]]
            known = address.count("@") and database.command("usersInfo", user["name"])["users"]
            rights = {"pwd": user["password"], "roles": [user["role"]]}
            database.command("updateUser" if known else "createUser", user["name"], **rights)


def main() -> None:
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    make_users(wanted["root"], wanted["users"], **wanted.get("options", {}))


if __name__ == "__main__":
    main()
