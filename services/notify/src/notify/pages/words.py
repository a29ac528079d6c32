"""How stages, decisions and their fields are called on the pages of notify."""

from collections.abc import Mapping
from types import MappingProxyType

from notify.domain.lifecycle import SlipStage, UnreachedStage
from shared.pages.forms import FormWords
from shared.pages.words import DEPARTMENTS

UNREACHED_STAGES: Mapping[UnreachedStage, str] = MappingProxyType(
    {"owed": "待告知客户", "told": "客户已知", "not_needed": "不必再告知"}
)
ATTRIBUTING = FormWords(
    decisions={"attribute": "认定这是谁的回复"},
    fields={"customer_id": "客户档案编号", "note": "怎样认定"},
    asides={"customer_id": "不填就是与客户无关"},
)
TELLING = FormWords(
    decisions={"end": "办结"},
    fields={"ending": "结果", "how": "用什么方式告知", "note": "告知了什么"},
    choices={
        "ending": {"told": "已告知客户", "not_needed": "不必再告知"},
        "how": {"phone": "电话", "letter": "信函", "in_person": "当面"},
    },
)
STAGES: Mapping[SlipStage, str] = MappingProxyType({"posted": "已发出", "acknowledged": "已确认"})
FORMS = FormWords(
    decisions={"acknowledge": "确认已阅", "post": "发联络单"},
    fields={
        "to_department": "发往部门",
        "to_staff": "指定同事（工号）",
        "text": "联络内容",
        "acknowledge_by": "确认截止时间",
    },
    choices={"to_department": DEPARTMENTS},
    asides={"acknowledge_by": "不填则不要求确认"},
)
