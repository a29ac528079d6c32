"""The loading plan of a day: which vehicle takes which orders where."""

from orders.domain.load import Load
from shared.pages.papers import INTERNAL, Box, Grid, Paper
from shared.pages.words import day


def loading_plan(load: Load) -> Paper:
    """Each trip with its orders, places and room; what stays behind; what it costs, in yuan."""
    rows = tuple(
        (
            each.vehicle,
            "\n".join(each.order_nos),
            "\n".join(each.places),
            f"{each.litres:,}",
            f"{each.free_litres:,}",
            f"¥{each.cost:,}",
        )
        for each in load.trips
    )
    heads = ("车辆", "订单", "地点", "装载（升）", "剩余（升）", "费用")
    return Paper(
        "装车计划",
        day(load.day),
        (
            Grid("", heads, rows, frozenset({3, 4, 5})),
            (Box("未装车", "、".join(load.left) or "无"),),
            (Box("车辆费用", f"¥{load.costs.vehicles:,}"), Box("停靠费用", f"¥{load.costs.places:,}")),
            (Box("仓库", signed=""),),
            (Box("司机", signed=""),),
        ),
        mark=INTERNAL,
        wide=True,
    )
