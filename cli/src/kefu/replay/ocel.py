"""An object-centric log of shop orders in a CSV file: orders, their items, the packages that carry them, and money."""

import csv
from ast import literal_eval
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from kefu.trouble import Trouble
from shared.calendar import CHINA
from shared.contracts.values import on_paper

_ACTIVITY, _AT, _ORDERS, _ITEMS, _PACKAGES, _PRICE = (
    "ocel:activity",
    "ocel:timestamp",
    "ocel:type:orders",
    "ocel:type:items",
    "ocel:type:packages",
    "price",
)
COLUMNS = (_ACTIVITY, _AT, _ORDERS, _ITEMS, _PACKAGES, _PRICE)


@dataclass(slots=True)
class Package:
    """What left together: for which orders, when, how often it was brought in vain, and when it was delivered."""

    no: str
    items: Sequence[str]
    sent_at: datetime | None = None
    failed_at: list[datetime] = field(default_factory=list)
    delivered_at: datetime | None = None


@dataclass(slots=True)
class ShopOrder:
    """One order of the log; the shop's own reminders are counted, not played."""

    no: str
    placed_at: datetime
    items: Sequence[str]
    total: Decimal
    paid_at: datetime | None = None
    short_at: list[datetime] = field(default_factory=list)
    reminders: int = 0
    packages: list[Package] = field(default_factory=list)

    def placed_on(self) -> date:
        """The local day of the order."""
        return CHINA.day(self.placed_at)

    @property
    def arrived_at(self) -> datetime | None:
        """When the last of it was delivered; None while some of it is not."""
        at = [each.delivered_at for each in self.packages if each.delivered_at]
        carried = {item for each in self.packages for item in each.items}
        return max(at) if len(at) == len(self.packages) and carried >= set(self.items) else None

    def is_there(self, by: datetime) -> bool:
        """Whether all of it was delivered before a moment."""
        return self.arrived_at is not None and self.arrived_at < by

    def is_ours(self, at: datetime) -> bool:
        """Whether the customer has done his part by a moment: it is paid for, or goods of it have left all the same."""
        return not self.unpaid(at) or any(each.sent_at and each.sent_at < at for each in self.packages)

    def unpaid(self, at: datetime) -> bool:
        """Whether its price has not come in by a moment."""
        return self.paid_at is None or self.paid_at > at


@dataclass(frozen=True, slots=True)
class ShopLog:
    """All orders of a log and the time of its last event, with what can be counted in it without any service."""

    orders: Mapping[str, ShopOrder]
    packages: Mapping[str, Package]
    end: datetime

    def late(self, days: int) -> Mapping[str, bool]:
        """The orders that were not there by the end of so many days after theirs, though paid for or on their way."""
        return {
            each.no: True
            for each in self.orders.values()
            if not each.is_there(by := CHINA.moment(each.placed_on() + timedelta(days=days))) and each.is_ours(by)
        }

    def second_deliveries(self) -> Mapping[str, int]:
        """How often each order's goods were brought in vain after they were paid for."""
        return Counter(
            each.no
            for each in self.orders.values()
            for package in each.packages
            for at in package.failed_at
            if not each.unpaid(at)
        )

    def unpaid_departures(self) -> Mapping[str, int]:
        """How many packages with goods of each order left before they were paid for."""
        return Counter(
            each.no
            for each in self.orders.values()
            for package in each.packages
            if package.sent_at and each.unpaid(package.sent_at)
        )

    def shortages(self) -> Mapping[str, int]:
        """How often an item of each order was out of stock."""
        return {each.no: len(each.short_at) for each in self.orders.values() if each.short_at}

    def overdue(self, days: int) -> Mapping[str, bool]:
        """The orders that were not paid by the end of so many days after theirs."""
        return {
            each.no: True
            for each in self.orders.values()
            if each.unpaid(CHINA.moment(each.placed_on() + timedelta(days=days)))
        }

    def reminders(self, days: int, after: Sequence[int], at: time) -> Mapping[str, int]:
        """How many of the reminders, so many days after the due day at an hour, came before the money."""
        return Counter(
            each.no
            for each in self.orders.values()
            for later in after
            if each.unpaid(CHINA.moment(each.placed_on() + timedelta(days=days + later), at))
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """The company's figures by which it asks for money, as the service has them."""

    due_days: int
    reminder_days: Sequence[int]
    desk_opens: time


@dataclass(frozen=True, slots=True)
class Sold:
    """What the service announced about the orders of a log, by order number."""

    placed: int
    closed: int
    delayed: Mapping[str, bool]
    told_again: Mapping[str, int]
    unpaid: Mapping[str, int]
    short: Mapping[str, int]
    due: Mapping[str, Decimal]
    overdue: Mapping[str, bool]
    reminded: Mapping[str, int]
    terms: Terms
    seconds: float


def read(path: Path) -> ShopLog:
    """The log in this file. Trouble when it is none, or when an event names what was not placed or packed before."""
    orders: dict[str, ShopOrder] = {}
    packages: dict[str, Package] = {}
    owners: dict[str, ShopOrder] = {}
    end = None
    for line, row in _rows(path):
        try:
            at = datetime.fromisoformat(row[_AT].replace(" ", "T"))
            _take(row, at, orders, packages, owners)
        except (KeyError, ValueError, SyntaxError, ArithmeticError) as error:
            raise Trouble(f"{path}, line {line}: {type(error).__name__}: {error}") from None
        end = max(end or at, at)
    if end is None or not orders:
        raise Trouble(f"{path} has no order")
    return ShopLog(orders, packages, end)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise Trouble(f"{path} is no such log: its first line does not name {', '.join(missing)}")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Trouble(f"{path} cannot be read: {error}") from None


def _take(
    row: Mapping[str, str],
    at: datetime,
    orders: dict[str, ShopOrder],
    packages: dict[str, Package],
    owners: dict[str, ShopOrder],
) -> None:
    activity, items = row[_ACTIVITY], _names(row[_ITEMS])
    if activity == "place order":
        no = _number(row[_ORDERS])
        orders[no] = ShopOrder(no, at, items, Decimal(row[_PRICE]).quantize(Decimal("0.01")))
        owners.update(dict.fromkeys(items, orders[no]))
    elif activity == "create package":
        no = _number(row[_PACKAGES])
        packages[no] = Package(no, items)
        for order in {id(owners[item]): owners[item] for item in items}.values():
            order.packages.append(packages[no])
    elif activity == "item out of stock":
        owners[items[0]].short_at.append(at)
    elif activity in ("pay order", "payment reminder"):
        no = _number(row[_ORDERS])
        if activity == "pay order":
            orders[no].paid_at = at
        else:
            orders[no].reminders += 1
    elif activity in ("send package", "failed delivery", "package delivered"):
        no = _number(row[_PACKAGES])
        _carried(packages[no], activity, at)


def _carried(package: Package, activity: str, at: datetime) -> None:
    if activity == "send package":
        package.sent_at = at
    elif activity == "failed delivery":
        package.failed_at.append(at)
    else:
        package.delivered_at = at


def _number(cell: str) -> str:
    (number,) = _names(cell)
    return on_paper(number)


def _names(cell: str) -> list[str]:
    return [str(each) for each in literal_eval(cell)] if cell.strip() else []
