"""What several services call and write alike on their pages and papers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from shared.contracts.event import Money
from shared.contracts.vocabulary import CustomerKind, DepartmentName

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

CUSTOMER_KINDS: Mapping[CustomerKind, str] = MappingProxyType({"end": "最终客户", "intermediary": "中间商"})
CUSTOMER_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "customer": "客户",
        "CustomerSnapshot.name": "名称",
        "CustomerSnapshot.kind": "类别",
        "CustomerSnapshot.contact_name": "联系人",
        "CustomerSnapshot.title": "称呼",
        "CustomerSnapshot.mobile": "手机",
        "CustomerSnapshot.email": "邮箱",
        "CustomerSnapshot.locale": "语言",
        "CustomerSnapshot.customer_id": "档案",
    }
)
"""What a form that begins a matter calls the customer's fields."""
CUSTOMER_CHOICES: Mapping[str, Mapping[CustomerKind, str]] = MappingProxyType({"CustomerSnapshot.kind": CUSTOMER_KINDS})


def day(given: date | None) -> str:
    """A day; nothing for none."""
    return given.isoformat() if given else ""


def money(amount: Money | Decimal | None) -> str:
    """An amount with its sign, its thousands and its cents; nothing for none. One without a currency is in yuan."""
    if amount is None:
        return ""
    value, currency = (amount, "CNY") if isinstance(amount, Decimal) else (amount.amount, amount.currency)
    sign = "¥" if currency == "CNY" else f"{currency} "
    return f"{'−' if value < 0 else ''}{sign}{abs(value):,.2f}"
