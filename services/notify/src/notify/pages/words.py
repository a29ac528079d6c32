"""How stages, decisions and their fields are called on the pages of notify."""

from collections.abc import Mapping
from types import MappingProxyType

from notify.domain.lifecycle import SlipStage, UnreachedStage
from notify.domain.unreached import How
from shared.pages.forms import FormWords
from shared.pages.words import DEPARTMENTS

UNREACHED_STAGES: Mapping[UnreachedStage, str] = MappingProxyType(
    {"owed": "待告知客户", "told": "客户已知", "not_needed": "不必再告知"}
)
UNREACHED_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_address": "客户档案中没有可用的手机号或邮箱",
        "bad_address": "客户的邮箱或号码格式有误",
        "unsendable": "短信或邮件无法按此内容生成",
        "unfit": "通知内容缺少必要信息",
        "no_provider": "发送渠道长时间不可用",
        "expired": "在有效期内未能发出",
        "no_answer": "发送渠道没有回应",
        "invalid_number": "号码不存在",
        "unreachable": "对方无法接收",
        "rejected": "对方拒收",
        "other": "发送渠道拒绝或无法确认送达",
    }
)
"""As the colleague who is asked to tell the customer reads them."""
HOW: Mapping[How, str] = MappingProxyType({"phone": "电话", "letter": "信函", "in_person": "当面"})
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
        "how": HOW,
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
