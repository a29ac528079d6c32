"""What staff call promises, payments, shipping papers, delays, exceptions and the times of a report."""

from collections.abc import Mapping
from types import MappingProxyType

from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.promise import PromiseKind
from orders.domain.parts.shipment import PaperKind
from shared.contracts.departments import DelayReason, Skill
from shared.contracts.orders import PaymentKind

PROMISES: Mapping[PromiseKind, str] = MappingProxyType(
    {"ship": "发货", "arrive": "到货", "install": "进场安装", "complete": "完工", "accept": "验收"}
)
PAYMENTS: Mapping[PaymentKind, str] = MappingProxyType({"initial": "首期款", "progress": "进度款", "balance": "尾款"})
SKILLS: Mapping[Skill, str] = MappingProxyType({"ordinary": "安装人员", "senior": "技术骨干"})
PAPERS: Mapping[PaperKind, str] = MappingProxyType({"shipping": "船务", "inspection": "商检", "customs": "报关"})
DELAYS: Mapping[DelayReason, str] = MappingProxyType(
    {
        "goods_incomplete": "货物尚未备齐",
        "installers_unavailable": "安装人员暂未到位",
        "design_change": "设计变更",
        "customer_request": "应客户要求调整",
        "supply": "物料供应延误",
        "transport": "运输延误",
        "quality": "返工确保质量",
        "other": "其他",
    }
)
EXCEPTIONS: Mapping[ExceptionKind, str] = MappingProxyType(
    {
        "schedule": "交期",
        "quality": "质量",
        "material": "物料",
        "supply": "供应商",
        "installer": "安装",
        "payment": "货款",
    }
)
TIMES: Mapping[str, str] = MappingProxyType(
    {
        "left_at": "发货时间",
        "arrived_at": "到货时间",
        "completed_at": "完成时间",
        "received_at": "收款时间",
        "eta": "预计到货时间",
        "expected_at": "预计完工时间",
        "acceptance_from": "邀请验收开始时间",
        "acceptance_until": "邀请验收结束时间",
        "expected_ready_on": "预计备齐日期",
        "available_from": "安装人员到位日期",
    }
)
"""The fields of departments' facts that name a moment or a day."""
