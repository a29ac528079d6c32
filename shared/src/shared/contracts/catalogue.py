"""Every event there is: importing this module makes `published()` complete."""

from shared.contracts import aftersales, complaints, departments, intake, notify, orders
from shared.contracts.event import Event, published

__all__ = ["Event", "aftersales", "complaints", "departments", "intake", "notify", "orders", "published"]

OUTSIDE: dict[str, str] = {}
