"""What staff call whose fault it is and how a customer pays."""

from collections.abc import Mapping
from types import MappingProxyType

from aftersales.domain.parts.money import Mode
from shared.contracts.aftersales import Fault

FAULTS: Mapping[Fault, str] = MappingProxyType(
    {
        "company_quality": "本公司质量",
        "customer_cause": "客户原因",
        "wear": "自然损耗",
        "third_party": "第三方原因",
        "unknown": "未判定",
    }
)
MODES: Mapping[Mode, str] = MappingProxyType({"on_spot": "现场收取", "invoiced": "开票", "prepaid": "预付"})
