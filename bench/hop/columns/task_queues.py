"""What the task queues have in common: the effect of one deposit, written with the synchronous driver."""

from typing import Any
from uuid import UUID

from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

from bench.hop.columns.task import DATABASE, KEPT, MONGO, credited


class Accounts:
    """One document per account: state, outbox and causes in one update, as for the column `document`."""

    def __init__(self, collection: str) -> None:
        client: Any = MongoClient(MONGO, uuidRepresentation="standard", w="majority", journal=True, connect=False)
        self._rows = client[DATABASE][collection]

    def credit(self, id: str, deposit: dict[str, Any]) -> list[dict[str, Any]]:
        """Credit once; returns the events that are still to be published."""
        event = UUID(id)
        while True:
            row = self._rows.find_one({"_id": deposit["account"]})
            if row and event in row["causes"]:
                return [entry for entry in row["outbox"] if entry["cause"] == event]
            version, balance = (row["version"], row["balance"]) if row else (0, 0)
            next_id, body = credited(event, deposit, balance + deposit["amount"])
            entry = {"id": next_id, "body": body, "cause": event}
            if self._written(deposit, event, entry, version, balance):
                return [entry]

    def _written(self, deposit: dict[str, Any], event: UUID, entry: dict[str, Any], version: int, balance: int) -> bool:
        now = {"balance": balance + deposit["amount"], "version": version + 1}
        if version == 0:
            try:
                self._rows.insert_one({"_id": deposit["account"], **now, "causes": [event], "outbox": [entry]})
            except DuplicateKeyError:
                return False
            return True
        push = {"outbox": entry, "causes": {"$each": [event], "$slice": -KEPT}}
        change = {"$set": now, "$push": push}
        return bool(self._rows.update_one({"_id": deposit["account"], "version": version}, change).matched_count)

    def clear(self, id: str, deposit: dict[str, Any]) -> None:
        self._rows.update_one({"_id": deposit["account"]}, {"$pull": {"outbox": {"cause": UUID(id)}}})
