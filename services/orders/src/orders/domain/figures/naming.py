"""Figures as people read them in a file: columns, kinds and answers by their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from orders.domain.parts.spending import CostKind
from orders.domain.parts.titles import DELAYS, EXCEPTIONS
from shared.tables import Table, TableCell

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "amount": "金额",
        "base": "底薪",
        "by": "分类",
        "commission": "提成",
        "currency": "币种",
        "customer": "客户",
        "days": "天数",
        "delays": "延误次数",
        "detail": "情况",
        "due_on": "应付日期",
        "forecast": "预计签约",
        "grade": "等级",
        "held": "暂不催收",
        "kind": "类别",
        "last_month": "上月",
        "late_payments": "逾期付款次数",
        "longest_days": "最长天数",
        "median_days": "天数中位数",
        "month": "月份",
        "month_before": "上月金额",
        "new": "新日期",
        "of": "项目",
        "of_month_before_percent": "与上月之比（%）",
        "of_year_before_percent": "与去年同月之比（%）",
        "order_no": "订单编号",
        "orders": "订单数",
        "p80_days": "八成订单的天数",
        "percent": "完成率（%）",
        "plan": "计划",
        "product": "产品",
        "promised": "原定日期",
        "quantity": "数量",
        "raised_at": "提出时间",
        "raised_by": "提出人",
        "rate": "提成比例",
        "reason": "原因",
        "received": "实收",
        "region": "地区",
        "resolution": "处理结果",
        "revision": "第几次变更",
        "route": "订单类型",
        "salesman": "业务员",
        "share_percent": "占比（%）",
        "signed": "签约",
        "stage": "状态",
        "three_months_ago": "三个月前",
        "told_in_time": "按时告知",
        "two_months_ago": "两个月前",
        "unit": "单位",
        "up_to": "最多天数",
        "wage": "工资",
        "year_before": "去年同月金额",
    }
)
COST_KINDS: Mapping[CostKind, str] = MappingProxyType(
    {
        "travel": "差旅",
        "entertainment": "招待",
        "samples": "样品",
        "freight": "运费",
        "promotion": "推广",
        "other": "其他",
    }
)
_ANSWERS = {"yes": "是", "no": "否"}
CELLS: Mapping[str, Mapping[Any, str]] = MappingProxyType(
    {
        "by": {each: COLUMNS[each] for each in ("product", "region", "salesman", "customer")},
        "held": _ANSWERS,
        "kind": {**EXCEPTIONS, **COST_KINDS},
        "reason": DELAYS,
        "route": {"standard": "标准", "custom": "定制"},
        "stage": {"open": "待处理", "resolved": "已处理"},
        "told_in_time": _ANSWERS,
    }
)
"""What stands in these columns as a word of the system's own."""


def named(table: Table) -> Table:
    """The table with the names of its columns and of what stands in them; a company's own word stays as it is."""

    def cell(column: str, value: TableCell) -> TableCell:
        return CELLS.get(column, {}).get(str(value), value)

    titles = {each: COLUMNS.get(each, each) for each in table.columns}
    return table.but(
        columns=tuple(titles.values()),
        rows=tuple({title: cell(each, row.get(each)) for each, title in titles.items()} for row in table.rows),
        money=tuple(titles[each] for each in table.money),
    )
