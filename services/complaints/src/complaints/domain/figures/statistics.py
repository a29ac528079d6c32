"""How complaints are counted: by month, cause, department, category, product, region or channel (002 六1(6))."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args
from uuid import UUID

from pydantic import AliasPath, Field

from complaints.domain.known_order import KnownOrder
from complaints.domain.parts.form import CHANNELS
from shared.calendar import Calendar
from shared.contracts.event import Instant, Money, Part
from shared.pages.words import DEPARTMENTS
from shared.tables import Table, TableCell

Dimension = Literal["month", "cause", "department", "category", "product", "region", "channel"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
TITLES: Mapping[Dimension, str] = MappingProxyType(
    {
        "month": "月份",
        "cause": "原因",
        "department": "责任部门",
        "category": "类别",
        "product": "产品",
        "region": "区域",
        "channel": "渠道",
    }
)
UNKNOWN = "未定"
NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        TITLES["department"]: {str(department): name for department, name in DEPARTMENTS.items()},
        TITLES["channel"]: {str(channel): name for channel, name in CHANNELS.items()},
    }
)
"""What people call the places of those dimensions that are kept as codes."""
COLUMNS = (
    "分类",
    "项目",
    "投诉件数",
    "成立",
    "不成立",
    "已结案",
    "按期结案",
    "逾期",
    "重复发生",
    "挽回",
    "平均处理天数",
    "平均提案次数",
    "处理费用",
    "损失金额",
)


class ProposalMade(Part):
    """That a solution was proposed once more."""

    proposal_id: UUID


class CaseFigures(Part):
    """What statistics read of a case."""

    number: str
    accepted_at: Instant
    close_by: Instant
    channel: str = Field(validation_alias=AliasPath("form", "channel"))
    order_no: str | None = Field(default=None, validation_alias=AliasPath("form", "order_no"))
    cause: str | None = Field(default=None, validation_alias=AliasPath("root_cause", "title"))
    recurrence_of: tuple[str, ...] = Field(default=(), validation_alias=AliasPath("root_cause", "recurrence_of"))
    upheld: bool | None = Field(default=None, validation_alias=AliasPath("judgement", "upheld"))
    department: str | None = Field(default=None, validation_alias=AliasPath("judgement", "responsible_department"))
    category: str | None = Field(default=None, validation_alias=AliasPath("classification", "category"))
    closed_at: Instant | None = Field(default=None, validation_alias=AliasPath("closing", "at"))
    outcome: str | None = Field(default=None, validation_alias=AliasPath("closing", "outcome"))
    proposals: tuple[ProposalMade, ...] = ()
    granted: Money | None = Field(default=None, validation_alias=AliasPath("answer", "choice", "amount"))
    loss: Money | None = Field(default=None, validation_alias=AliasPath("loss", "total"))


@dataclass(frozen=True, slots=True)
class Counted:
    """A case with the order that it is about, if that is known."""

    case: CaseFigures
    order: KnownOrder | None = None

    def under(self, by: Dimension, calendar: Calendar) -> tuple[str, ...]:
        """Where it counts. It counts once for each product of its order."""
        case, order = self.case, self.order
        places: Mapping[Dimension, Callable[[], tuple[str | None, ...]]] = {
            "month": lambda: (f"{calendar.local(case.accepted_at):%Y-%m}",),
            "cause": lambda: (case.cause,),
            "department": lambda: (case.department,),
            "category": lambda: (case.category,),
            "product": lambda: order.products if order and order.products else (None,),
            "region": lambda: (order.region if order else None,),
            "channel": lambda: (case.channel,),
        }
        return tuple(place or UNKNOWN for place in places[by]())


def named(table: Table) -> Table:
    """The table as people read it: departments and channels by their names."""
    kind, place = COLUMNS[:2]
    rows = ({**row, place: NAMES.get(str(row[kind]), {}).get(str(row[place]), row[place])} for row in table.rows)
    return table.but(rows=tuple(rows))


@dataclass(slots=True)
class _Sum:
    cases: int = 0
    upheld: int = 0
    refused: int = 0
    closed: int = 0
    in_time: int = 0
    overdue: int = 0
    again: int = 0
    recovered: int = 0
    days: list[float] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    cost: Decimal = Decimal(0)
    loss: Decimal = Decimal(0)

    def add(self, case: CaseFigures, recovered: frozenset[str], now: datetime) -> None:
        closed = case.closed_at
        self.cases += 1
        self.upheld += case.upheld is True
        self.refused += case.upheld is False
        self.closed += closed is not None
        self.in_time += closed is not None and closed <= case.close_by
        self.overdue += (closed or now) > case.close_by
        self.again += bool(case.recurrence_of)
        self.recovered += case.number in recovered
        self.loss += case.loss.amount if case.loss else 0
        if closed is not None:
            self.days.append((closed - case.accepted_at).total_seconds() / 86400)
        if case.outcome == "resolved":
            self.rounds.append(len(case.proposals))
            self.cost += case.granted.amount if case.granted else 0

    @property
    def figures(self) -> dict[str, TableCell]:
        way = (_average(self.days), _average(self.rounds), str(self.cost))
        counts = (self.cases, self.upheld, self.refused, self.closed, self.in_time, self.overdue, self.again)
        return dict(zip(COLUMNS[2:], (*counts, self.recovered, *way, str(self.loss)), strict=True))


def _average(of: Sequence[float]) -> float | None:
    return round(sum(of) / len(of), 1) if of else None


def tabulate(
    counted: Iterable[Counted],
    dimensions: Iterable[Dimension],
    recovered: frozenset[str],
    now: datetime,
    calendar: Calendar,
) -> Table:
    """One row for each place of each dimension, in alphabetical order; `figures` count every case once.

    How short, cheap and fast the way of solved cases was: how often a solution was proposed, what was granted, and how
    many days it took (002 五2-3).
    """
    cases, whole, rows = tuple(counted), _Sum(), list[dict[str, TableCell]]()
    for each in cases:
        whole.add(each.case, recovered, now)
    for by in dimensions:
        sums: dict[str, _Sum] = {}
        for each in cases:
            for place in each.under(by, calendar):
                sums.setdefault(place, _Sum()).add(each.case, recovered, now)
        rows += [{COLUMNS[0]: TITLES[by], COLUMNS[1]: place, **sums[place].figures} for place in sorted(sums)]
    return Table(columns=COLUMNS, rows=tuple(rows), figures=whole.figures, money=("处理费用", "损失金额"))
