"""What several services call alike on their pages."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.vocabulary import DepartmentName

SERVICES: Mapping[str, str] = MappingProxyType(
    {"intake": "客户", "orders": "订单", "complaints": "投诉", "aftersales": "售后", "notify": "消息"}
)
"""The services by the names under which the gateway reaches them, and what people call them."""

DEPARTMENTS: Mapping[DepartmentName, str] = MappingProxyType(
    {
        "sales": "销售部",
        "design": "设计部",
        "production": "生产部",
        "warehouse": "仓库",
        "engineering": "工程部",
        "finance": "财务部",
        "rd": "研发组",
        "operations": "运作部",
        "purchasing": "采购部",
        "hr": "人事部",
        "cs": "客服部",
    }
)
