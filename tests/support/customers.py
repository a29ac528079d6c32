"""A customer who is told something, and many like them."""

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.vocabulary import CustomerSnapshot

CUSTOMER = CustomerSnapshot(
    customer_id=UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01"),
    name="广州恒达装饰工程有限公司",
    title="王总",
    mobile="13800138000",
    email="wang@hengda.example",
)


def customer(number: int = 0, **fields: Any) -> CustomerSnapshot:
    """One of many customers, each with a mobile and a mailbox of its own."""
    known = {"customer_id": uuid4(), "mobile": f"138{number:08}", "email": f"customer{number}@hengda.example"}
    return CUSTOMER.but(**{**known, **fields})
