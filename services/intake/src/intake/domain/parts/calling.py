"""What goes before a call and what follows it: the stage, the account manager's word, an appointed time, the market's
audit."""

from types import MappingProxyType

from shared.contracts.event import Instant, Part
from shared.contracts.orders import StageGroup
from shared.contracts.vocabulary import Line, Prose, StaffId

STAGES = MappingProxyType[StageGroup, Line](
    {
        "plan": "平面",
        "rendering": "效果",
        "quote": "报价",
        "contract": "合同",
        "payment": "收款",
        "order": "下单",
        "installation": "安装",
    }
)
"""The seven stages at which an existing customer is called (000 §3.6.2)."""


class ManagerWord(Part):
    """What the account manager told of the talk, who was rung before the customer (000 §3.6.1b)."""

    said: Prose
    heard_by: StaffId
    heard_at: Instant


class Appointment(Part):
    """When the customer wants to be called, and how it was said (002 四4)."""

    at: Instant
    words: Line


class CallAudit(Part):
    """What the customer told the market supervisor of the call and the caller (000 §3.7, 001 表3 注b)."""

    auditor: StaffId
    audited_at: Instant
    ratings: dict[str, Line]
    matches_record: bool
    remarks: str = ""
