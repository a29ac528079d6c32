"""How stages, faults, payers and blocks are called on the pages of after-sales."""

from collections.abc import Mapping
from types import MappingProxyType

from aftersales.domain.lifecycle import RequestStage, SettlementStage, Stage
from aftersales.domain.parts.blocks import Block, Capacity
from aftersales.domain.parts.money import Mode
from aftersales.domain.parts.service import ServiceType
from shared.contracts.aftersales import ChargePolicy, Fault, Verdict

REQUESTS: Mapping[RequestStage, str] = MappingProxyType({"incomplete": "资料不全", "registered": "已登记"})
STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        "open": "待派工",
        "dispatched": "已派工",
        "resolved": "已上门",
        "signed_off": "已签字",
        "closed": "已归档",
    }
)
SETTLEMENTS: Mapping[SettlementStage, str] = MappingProxyType({"open": "未结清", "handed_over": "已移交财务"})
TYPES: Mapping[ServiceType, str] = MappingProxyType({"A": "A 收费", "B": "B 合同", "C": "C 免费", "D": "D 内务"})
FAULTS: Mapping[Fault, str] = MappingProxyType(
    {
        "company_quality": "本公司质量",
        "customer_cause": "客户原因",
        "wear": "自然损耗",
        "third_party": "第三方原因",
        "unknown": "未判定",
    }
)
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {"in_warranty": "在保", "out_of_warranty": "过保", "uncertain": "不确定"}
)
PAYERS: Mapping[ChargePolicy, str] = MappingProxyType(
    {"free": "免费", "pay_first": "先付款后上门", "normal_rate": "按标准收费", "undecided": "未定"}
)
BLOCKS: Mapping[Block, str] = MappingProxyType(
    {"opinion": "处理意见", "fee": "费用", "execution": "执行情况", "result": "处理结果"}
)
CAPACITIES: Mapping[Capacity, str] = MappingProxyType({"department_head": "部门负责人", "general_manager": "总经理"})
MODES: Mapping[Mode, str] = MappingProxyType({"on_spot": "现场收取", "invoiced": "开票", "prepaid": "预付"})
