"""How stages, decisions and their fields are called on the pages of notify."""

from collections.abc import Mapping
from types import MappingProxyType

from notify.domain.lifecycle import SlipStage
from shared.pages.forms import FormWords
from shared.pages.words import DEPARTMENTS

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
