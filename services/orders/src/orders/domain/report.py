"""What a report is: a table, over a period, for certain readers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from orders.domain.parts.period import ReportKind
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.tables import Table


class Genre(NamedTuple):
    """What a kind of report is called and who is to read it."""

    title: str
    audience: tuple[Role, ...]


GENRES: Mapping[ReportKind, Genre] = MappingProxyType(
    {
        "weekly_exceptions": Genre("本周工程异常单汇总", (Role.CS_SECTION_CHIEF, Role.CS_MANAGER, Role.CS_DIRECTOR)),
        "overdue_payments": Genre("滞纳货款报表", (Role.REGIONAL_HEAD, Role.SALES_VP)),
        "sales_stats": Genre("销售统计", (Role.SALES_VP, Role.CS_DIRECTOR)),
        "commission_basis": Genre("提成基数", (Role.SALES_VP, Role.FINANCE)),
        "plan_completion": Genre("销售计划达成报表", (Role.SALES_VP, Role.REGIONAL_HEAD)),
        "demand": Genre("需求表", (Role.SALES_VP, Role.PLANNER)),
        "customer_grades": Genre("客户等级评估表", (Role.SALES_VP, Role.CS_DIRECTOR)),
        "sales_analysis": Genre("销售分析", (Role.SALES_VP,)),
        "sales_forecast": Genre("销售预测", (Role.SALES_VP, Role.PLANNER)),
        "supply_problems": Genre("供货问题报表", (Role.CS_DIRECTOR, Role.PLANNER)),
        "delivery_times": Genre("订单交付周期", (Role.CS_DIRECTOR, Role.SALES_VP, Role.PLANNER)),
        "sales_costs": Genre("销售成本费用统计", (Role.SALES_VP, Role.FINANCE)),
        "told_in_time": Genre("延期提前告知率", (Role.CS_DIRECTOR,)),
    }
)


class Report(Aggregate):
    """A report as it was published; figures that change later are in the next one."""

    kind: ReportKind
    title: str
    period: str
    made_at: Instant
    table: Table
