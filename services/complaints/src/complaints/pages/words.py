"""How stages, decisions, their fields and what may be chosen are called on the pages of complaints."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from complaints.domain.lifecycle import (
    ActionStage,
    AllowanceDecision,
    AllowanceStage,
    ComplaintDecision,
    PenaltyStage,
    ReturnDecision,
    ReturnStage,
    Stage,
)
from complaints.domain.parts.findings import Unit
from complaints.domain.parts.form import CHANNELS
from complaints.domain.parts.handling import NoticeWay
from complaints.domain.parts.papers import Method
from complaints.domain.parts.resolution import Way
from shared.contracts.complaints import Remedy
from shared.pages.forms import FormWords
from shared.pages.words import CUSTOMER_CHOICES, CUSTOMER_FIELDS, DEPARTMENTS

STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        "draft": "草稿",
        "taken_in": "已受理，待编号",
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
        "add_details": "补充投诉资料",
        "name_order": "补登订单或合同",
        "record_notice": "记录已告知客户",
        "audit": "审核案卷",
        "contact_department": "联系部门",
        "report_opinion": "提报意见",
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
        "decide_loss": "批示责任部门损失",
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
UNITS: Mapping[Unit, str] = MappingProxyType(
    {"own_department": "本公司部门", "supplier": "供应商", "customer": "客户", "carrier": "承运方"}
)
NOTICE_WAYS: Mapping[NoticeWay, str] = MappingProxyType({"letter": "函件", "phone": "电话", "visit": "当面"})
ANSWER_WAYS: Mapping[Way, str] = MappingProxyType({"signature": "当面签字", "sms": "短信", "phone": "电话"})
NATURES: Mapping[str, str] = MappingProxyType({"quality": "质量", "non_quality": "非质量", "unknown": "待定"})
SEVERITIES: Mapping[str, str] = MappingProxyType({"ordinary": "普通", "major": "重大"})

FORMS = FormWords(
    decisions=DECISIONS,
    fields=MappingProxyType(
        {
            "demand": "客户要求",
            "order_no": "订单编号",
            "contract_no": "合同编号",
            "batch_no": "批号",
            "shipped_on": "发货日期",
            "defect_quantity": "问题数量",
            "sample_ref": "样品编号",
            "photos": "照片",
            "opinion": "签注意见",
            "nature": "性质",
            "severity": "程度",
            "owner": "负责人（工号）",
            "visit_required": "负责人须走访客户",
            "visited_at": "走访时间",
            "Approve.note": "核准意见",
            "DecideLoss.note": "对损失的批示",
            "RecordVisit.note": "走访记录",
            "Reject.note": "退回原因",
            "file": "报告或照片",
            "restated": "与客户确认的内容",
            "way": "告知方式",
            "words": "告知的内容",
            "RecordFeedback.words": "客户的评价",
            "ContactDepartment.words": "请其协助的事项",
            "ReportOpinion.opinion": "客户的意见",
            "complete": "案卷",
            "findings": "审核意见",
            "letter": "函件",
            "departments": "参加部门",
            "meets_at": "评审时间",
            "measures": "评审确定的措施",
            "minutes": "评审记录",
            "category": "类别",
            "major": "重大投诉",
            "result": "处理结果",
            "upheld": "判定",
            "grounds": "判定理由",
            "demand_reasonable": "客户要求是否合理",
            "responsible_department": "责任部门",
            "department": "部门",
            "AssignInvestigation.department": "调查部门",
            "joint_with": "会同部门",
            "due_at": "完成时限",
            "cause": "查明的原因",
            "evidence": "凭证",
            "responsible": "责任人或班组",
            "code": "项目代码",
            "IdentifyRootCause.code": "根本原因",
            "stage": "发生在哪一环节",
            "items": "损失明细",
            "quantity": "数量",
            "amount": "金额",
            "supplier": "供应商",
            "claim": "索赔金额",
            "with_department": "由哪个部门会同",
            "shares": "责任分担",
            "unit": "承担方",
            "percent": "比例（%）",
            "handling": "处理意见",
            "human_negligence": "属人为疏忽，不作改善跟踪",
            "loss": "呈报的损失",
            "approved": "批示结果",
            "petition": "签呈内容",
            "options": "方案",
            "kind": "处理方式",
            "description": "方案内容",
            "preferred": "推荐第几个",
            "customer_may_choose": "可由客户选择",
            "proposal": "方案单",
            "option": "核准哪一个方案",
            "also": "也可供客户选择",
            "choice": "客户同意的方案",
            "via": "客户答复方式",
            "signature": "签字文件",
            "reason": "客户不同意的原因",
            "satisfied": "客户是否满意",
        }
    ),
    choices=MappingProxyType(
        {
            "nature": NATURES,
            "severity": SEVERITIES,
            "way": NOTICE_WAYS,
            "via": ANSWER_WAYS,
            "kind": REMEDIES,
            "unit": UNITS,
            "approved": MappingProxyType({"true": "同意", "false": "不同意"}),
            "upheld": MappingProxyType({"true": "成立", "false": "不成立"}),
            "complete": MappingProxyType({"true": "完整", "false": "有缺漏"}),
            "departments": DEPARTMENTS,
            "department": DEPARTMENTS,
            "joint_with": DEPARTMENTS,
            "responsible_department": DEPARTMENTS,
            "with_department": DEPARTMENTS,
        }
    ),
    asides=MappingProxyType(
        {
            "opinion": "只在内部",
            "grounds": "只在内部",
            "Judge.responsible_department": "判定成立时填写",
            "DecideAppeal.responsible_department": "判定成立时填写",
            "note": "只在内部",
            "RecordVisit.note": "",
            "description": "客户会看到",
            "result": "客户会看到",
            "AssignInvestigation.due_at": "不填则按规定时限",
            "preferred": "从0数起",
            "responsible": "每行一个",
            "evidence": "每行一份",
            "photos": "每行一份",
            "letter": "函件告知时必填",
            "LostItemBody.amount": "标准中没有单价的项目才填",
            "claim": "未定则不填",
            "ShareBody.department": "本公司部门承担时填写",
            "ShareBody.supplier": "供应商承担时填写",
        }
    ),
    pictures=frozenset({"evidence", "file", "letter", "minutes", "photos"}),
    signatures=frozenset({"signature"}),
)

FILING = replace(
    FORMS,
    decisions=MappingProxyType({"file": "登记投诉"}),
    fields=MappingProxyType(
        {
            **FORMS.fields,
            **CUSTOMER_FIELDS,
            "complainant": "投诉人",
            "channel": "渠道",
            "received_at": "反映时间",
            "content": "反映的问题",
            "contract_date": "合同日期",
            "amount_claimed": "索赔金额",
        }
    ),
    choices=MappingProxyType(
        {**FORMS.choices, **CUSTOMER_CHOICES, "channel": {name: CHANNELS[name] for name in CHANNELS if name != "auto"}}
    ),
    asides=MappingProxyType({"opinion": "只在内部", "photos": "每行一份", "received_at": "不填就是现在"}),
)
"""The form by which a complaint comes in."""

_SIGNED_PAPERS: Mapping[AllowanceDecision | ReturnDecision, str] = MappingProxyType(
    {"countersign": "会签", "authorize": "核准退货", "send_back": "退回"}
)
_SIGNED_FIELDS = MappingProxyType(
    {
        "paper": "所见的单据",
        "note": "退回原因",
        "ApprovePenalty.note": "核准意见",
        "RejectPenalty.note": "不核准的原因",
    }
)
METHODS: Mapping[Method, str] = MappingProxyType({"return": "退货", "rework": "返修后送回"})
RETURN_STAGES: Mapping[ReturnStage, str] = MappingProxyType(
    {
        "due": "待开单",
        "drawn": "待核准",
        "authorized": "待收货",
        "received": "待核对",
        "differing": "数量不符，待说明",
        "reconciled": "待入账",
        "posted": "已入账",
    }
)
RETURNING = FormWords(
    decisions=MappingProxyType(
        {
            **_SIGNED_PAPERS,
            "draw_up": "开退货单",
            "receive": "签收退货",
            "reconcile": "核对数量",
            "settle_difference": "说明数量不符",
            "post": "入账",
            "file_copy": "留存第四联",
        }
    ),
    fields=MappingProxyType(
        {
            **_SIGNED_FIELDS,
            "lines": "货物",
            "part": "品名",
            "quantity": "数量",
            "DrawUpReturn.reason": "退货原因",
            "method": "退货方式",
            "basis": "依据哪一项决定",
            "comparison": "所见的核对",
            "explanation": "为什么数量不符",
            "voucher_no": "凭证编号",
            "credit": "冲减金额",
        }
    ),
    choices=MappingProxyType({"method": METHODS}),
    asides=MappingProxyType({"credit": "不填就按核定金额"}),
)
ALLOWANCE_STAGES: Mapping[AllowanceStage, str] = MappingProxyType(
    {"due": "待开单", "drawn": "待会签", "countersigned": "待客户盖章", "granted": "待留存和入账", "done": "已办完"}
)
ALLOWING = FormWords(
    decisions=MappingProxyType(
        {
            **_SIGNED_PAPERS,
            "draw_up": "开证明单",
            "stamp": "登记客户盖章",
            "file_copy": "留存营销部一联",
            "post": "入账",
        }
    ),
    fields=MappingProxyType(
        {**_SIGNED_FIELDS, "DrawUpAllowance.reason": "折让原因", "file": "盖章后的证明单", "voucher_no": "凭证编号"}
    ),
    pictures=frozenset({"file"}),
)
ACTION_STAGES: Mapping[ActionStage, str] = MappingProxyType(
    {"due": "待定措施", "open": "待执行", "done": "待验证", "effective": "有效，观察中"}
)
IMPROVING = FormWords(
    decisions=MappingProxyType({"plan": "定改进措施", "carry_out": "报告已执行", "verify": "验证效果"}),
    fields=MappingProxyType(
        {
            "action": "改什么",
            "due_at": "最晚什么时候改好",
            "cause_code": "针对哪个根本原因",
            "evidence": "凭据",
            "attempt": "所看的措施",
            "effective": "是否有效",
            "finding": "验证发现",
        }
    ),
    asides=MappingProxyType({"cause_code": "不填就是案件认定的原因"}),
    pictures=frozenset({"evidence"}),
)
PENALTY_STAGES: Mapping[PenaltyStage, str] = MappingProxyType(
    {"proposed": "待批示", "approved": "待发通知", "rejected": "不予处分", "noticed": "已发通知"}
)
PUNISHING = FormWords(
    decisions=MappingProxyType({"approve": "核准", "reject": "不核准", "issue_notice": "发通知单"}),
    fields=MappingProxyType({**_SIGNED_FIELDS, "notice_no": "通知编号"}),
)
REVIEW_FORMS = FormWords(
    decisions={"review_case": "审视此案"},
    fields={"complaint_no": "投诉编号", "evaluation": "评价", "recovered": "是否挽回客户", "lessons": "教训"},
)
"""The form by which a closed case is summed up."""
