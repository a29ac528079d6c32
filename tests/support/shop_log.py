"""A small log of orders in the form of a real shop's, and a count of late orders that owes nothing to the replay."""

import csv
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

TITLES = (
    "order_id",
    "customer_id",
    "order_status",
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
)
ROWS = (
    ("in-time", "delivered", "3/1/2018 9:15", "3/1/2018 9:31", "3/2/2018 10:00", "3/4/2018 18:20", "3/5/2018 0:00"),
    ("last-hour", "delivered", "3/1/2018 10:02", "3/1/2018 10:20", "3/2/2018 11:00", "3/5/2018 23:59", "3/5/2018 0:00"),
    (
        "first-minute",
        "delivered",
        "3/1/2018 10:40",
        "3/1/2018 11:00",
        "3/3/2018 8:00",
        "3/6/2018 0:00",
        "3/5/2018 0:00",
    ),
    ("late", "delivered", "3/1/2018 12:00", "3/1/2018 12:15", "3/3/2018 9:00", "3/7/2018 13:05", "3/4/2018 0:00"),
    ("paid-last", "delivered", "3/2/2018 8:00", "3/3/2018 20:00", "3/3/2018 9:30", "3/4/2018 12:00", "3/6/2018 0:00"),
    ("under-way", "shipped", "3/2/2018 21:50", "3/2/2018 22:10", "3/4/2018 7:00", "", "3/5/2018 0:00"),
    ("not-due-yet", "shipped", "3/3/2018 14:00", "3/3/2018 14:10", "3/5/2018 7:00", "", "3/7/2018 0:00"),
    ("unpaid", "canceled", "3/4/2018 23:30", "", "", "", "3/6/2018 0:00"),
)
UNREADABLE = (
    ("not-a-day", "delivered", "13/32/2018 9:15", "", "", "", "3/5/2018 0:00"),
    ("", "delivered", "3/1/2018 9:15", "", "", "", "3/5/2018 0:00"),
    ("in-time", "delivered", "3/1/2018 9:15", "", "", "", "3/5/2018 0:00"),
)


def write_log(path: Path, mark: str) -> Path:
    """The log, with order numbers that begin with `mark`; its last three lines cannot be read."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(TITLES)
        for name, *rest in (*ROWS, *UNREADABLE):
            rows.writerow((f"{mark}-{name}" if name else "", f"{mark}-{name}-customer", *rest))
    return path


def late_orders(path: Path) -> int:
    """Orders that arrived after their promised day, or had not arrived when it ended before the log did.

    Not those whose goods had not left by then because they were not paid for.
    """
    orders: dict[str, list[datetime | None]] = {}
    with path.open(encoding="utf-8") as file:
        for number, _, _, *times in list(csv.reader(file))[1:]:
            with suppress(ValueError):
                moments = [datetime.strptime(text, "%m/%d/%Y %H:%M") if text else None for text in times]  # noqa: DTZ007
                orders.setdefault(number, moments)
    orders.pop("", None)
    end = max(moment for *happened, _ in orders.values() for moment in happened if moment)
    late = 0
    for _, paid, left, arrived, promised in orders.values():
        over = promised + timedelta(days=1) if promised else end
        ours = min(filter(None, (paid, left)), default=over) < over
        late += bool(promised) and ours and (arrived or end) >= over
    return late
