"""What every column does: credit an account once per deposit, and announce it."""

import json
import os
from typing import Any
from uuid import UUID, uuid5

MONGO = os.environ.get("MONGO_URL", "")
POSTGRES = os.environ.get("POSTGRES_URL", "")
RABBIT = os.environ.get("RABBIT_URL", "")
DATABASE = os.environ.get("MONGO_DATABASE", "bench")
OUT = "bench.out"
CREDITED = "ledger.credited.v1"
KEPT = 400


def credited(event: UUID, deposit: dict[str, Any], balance: int) -> tuple[str, str]:
    """The id and the body of the event that follows from a deposit."""
    id = uuid5(event, "credited")
    return str(id), json.dumps({"account": deposit["account"], "amount": deposit["amount"], "balance": balance})
