"""How stages, decisions and solutions are called on the pages of complaints."""

from collections.abc import Mapping
from types import MappingProxyType

from complaints.domain.lifecycle import ComplaintDecision, Stage
from complaints.domain.parts.form import Channel
from shared.contracts.complaints import Remedy
from shared.contracts.vocabulary import DepartmentName

STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        "draft": "草稿",
        "filed": "待判定",
        "upheld": "判定成立",
        "not_upheld": "判定不成立",
        "appealed": "异议待批示",
        "investigating": "调查中",
        "investigated": "待拟方案",
        "proposed": "待核决",
        "approved": "待客户确认",
        "accepted": "执行中",
        "implemented": "待结案",
        "closed": "已结案",
        "dismissed": "不作投诉",
    }
)
DECISIONS: Mapping[ComplaintDecision, str] = MappingProxyType(
    {
        "open": "立案",
        "file": "登记为投诉",
        "dismiss": "不作投诉",
        "assign_owner": "指定负责人",
        "record_visit": "记录走访",
        "acknowledge": "与客户确认内容",
        "record_notice": "记录已告知客户",
        "classify": "分类",
        "convene_panel": "召集重大投诉评审",
        "record_panel": "记录评审结果",
        "judge": "判定是否成立",
        "appeal": "呈报客户异议",
        "decide_appeal": "批示异议",
        "assign_investigation": "交办调查",
        "complete_investigation": "完成调查",
        "identify_root_cause": "认定根本原因",
        "assess_loss": "核算损失",
        "involve_supplier": "会同供应商",
        "assign_liability": "核定责任",
        "propose": "呈报方案",
        "approve": "核准方案",
        "reject": "退回方案",
        "accept": "记录客户同意",
        "decline": "记录客户不同意",
        "sign": "收客户签字",
        "implement": "方案执行完毕",
        "record_feedback": "记录客户反馈",
        "close": "结案",
        "withdraw": "客户撤诉",
        "escalate": "上报一级",
    }
)
REMEDIES: Mapping[Remedy, str] = MappingProxyType(
    {
        "repair": "维修",
        "rework": "返工",
        "replace": "更换",
        "return": "退货",
        "allowance": "折让",
        "compensation": "赔偿",
        "explain": "说明",
    }
)
CHANNELS: Mapping[Channel, str] = MappingProxyType(
    {
        "oral": "当面",
        "written": "书面",
        "phone": "电话",
        "sms": "短信",
        "email": "邮件",
        "web": "网上",
        "auto": "自动立案",
    }
)
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
