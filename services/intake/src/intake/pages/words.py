"""How facts about customers, decisions and their fields are called on the pages of intake."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from intake.domain.lifecycle import (
    CallbackStage,
    CampaignStage,
    EnquiryStage,
    FineStage,
    ItineraryStage,
    PlanStage,
    ProblemStage,
    ReportStage,
    ShowroomStage,
    TextStage,
)
from intake.domain.parts.prospect import ProspectOutcome
from shared.contracts.intake import Trade, WithdrawalReason
from shared.contracts.intake.contacts import CallbackWay, Rating
from shared.contracts.intake.work import CampaignKind
from shared.contracts.vocabulary import ContactChannel
from shared.pages.forms import FormWords
from shared.pages.words import CUSTOMER_KINDS, DEPARTMENTS

TRADES: Mapping[Trade, str] = MappingProxyType(
    {"decoration_company": "装饰公司", "dealer": "经销商", "direct": "直接客户", "other": "其他"}
)

CAMPAIGN_KINDS: Mapping[CampaignKind, str] = MappingProxyType(
    {"callback_batch": "批量回访", "seasonal": "节日问候", "telemarketing": "电话营销"}
)
WAIVED_BECAUSE: Mapping[Literal["tender", "special"], str] = MappingProxyType(
    {"tender": "投标项目", "special": "特殊情况"}
)
REPORT_STAGES: Mapping[ReportStage, str] = MappingProxyType(
    {"unasked": "未布置", "owed": "未交", "submitted": "待批复", "reviewed": "已批复", "excused": "免交"}
)

CALLBACK_STAGES: Mapping[CallbackStage, str] = MappingProxyType(
    {"open": "待回访", "completed": "已回访", "waived": "免回访", "withdrawn": "不必再回访"}
)
RATINGS: Mapping[Rating, str] = MappingProxyType({"satisfied": "满意", "average": "一般", "dissatisfied": "不满意"})
CHANNELS: Mapping[ContactChannel, str] = MappingProxyType(
    {"sms": "短信", "email": "邮件", "chat": "在线聊天", "phone": "电话", "letter": "信函"}
)
CALLBACK_WAYS: Mapping[CallbackWay, str] = MappingProxyType(
    {"phone": "电话", "sms": "短信", "email": "邮件", "chat": "在线聊天", "letter": "信函", "visit": "走访"}
)
AUDITED: Mapping[str, str] = MappingProxyType(
    {"ability": "业务能力", "professionalism": "专业水平", "etiquette": "礼仪"}
)
"""What the market supervisor asks about the colleague who called (000 §3.7)."""
WITHDRAWN_BECAUSE: Mapping[WithdrawalReason, str] = MappingProxyType(
    {
        "order_cancelled": "订单已取消",
        "goods_left": "货已发出",
        "newer_call": "已并入较新的回访",
        "customer_erased": "客户信息已抹去",
    }
)

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "aftersales.service_request_registered": "登记售后",
        "aftersales.service_request_withdrawn": "撤回售后",
        "aftersales.warranty_checked": "核定保修",
        "aftersales.fault_determined": "认定责任",
        "aftersales.maintenance_reminder_due": "到保养期",
        "aftersales.warranty_expiring": "保修将到期",
        "aftersales.service_order_opened": "开服务凭证",
        "aftersales.service_dispatched": "派出技师",
        "aftersales.service_order_called_off": "取消服务",
        "aftersales.service_parts_delayed": "配件延迟",
        "aftersales.service_visit_put_off": "上门改期",
        "aftersales.service_appointment_agreed": "约定上门",
        "aftersales.service_visit_completed": "上门完成",
        "aftersales.customer_charge_raised": "服务收费",
        "aftersales.customer_charge_paid": "服务费到账",
        "aftersales.customer_charge_refunded": "服务费退回",
        "aftersales.customer_overpayment_refunded": "多付服务费退回",
        "aftersales.called_off_service_paid": "服务取消后到账",
        "aftersales.service_signed_off": "客户签字确认服务",
        "aftersales.service_order_closed": "服务凭证归档",
        "aftersales.deadline_missed": "售后逾期",
        "complaints.complaint_filed": "受理投诉",
        "complaints.complaint_acknowledged": "与客户确认投诉内容",
        "complaints.complaint_order_named": "补登投诉的订单或合同",
        "complaints.complaint_owner_assigned": "指定投诉负责人",
        "complaints.complaint_visit_recorded": "走访客户",
        "complaints.complaint_decision_told": "告知投诉处理结果",
        "complaints.complaint_judged": "判定投诉",
        "complaints.complaint_resubmitted": "重新受理投诉",
        "complaints.complaint_escalated": "投诉上报",
        "complaints.complaint_closed": "投诉结案",
        "complaints.investigation_assigned": "交办调查",
        "complaints.resolution_proposed": "呈报方案",
        "complaints.resolution_approved": "核准方案",
        "complaints.resolution_accepted": "客户同意方案",
        "complaints.resolution_declined": "客户不同意方案",
        "complaints.resolution_implemented": "方案执行完毕",
        "complaints.resolution_feedback_collected": "客户评价处理结果",
        "complaints.allowance_granted": "同意折让",
        "complaints.return_authorized": "同意退货",
        "complaints.deadline_missed": "投诉逾期",
        "intake.contact_recorded": "通话",
        "intake.contact_corrected": "更正通话记录",
        "intake.visit_scheduled": "约定拜访",
        "intake.visit_reported": "拜访",
        "intake.showroom_visit_booked": "预约来访",
        "intake.showroom_visit_cancelled": "取消来访",
        "intake.showroom_visit_completed": "来访",
        "intake.callback_due": "待回访",
        "intake.callback_completed": "回访",
        "intake.callback_waived": "免回访",
        "intake.callback_withdrawn": "不必再回访",
        "intake.callback_audited": "抽查回访",
        "intake.enquiry_received": "客户来询",
        "intake.enquiry_answered": "答复来询",
        "intake.design_intake_checked": "核对设计资料",
        "intake.project_file_opened": "建立工程档案",
        "intake.quote_issued": "报价",
        "intake.quote_accepted": "客户同意报价",
        "intake.quote_declined": "客户不同意报价",
        "intake.quote_lapsed": "报价过期",
        "intake.negative_feedback_received": "客户不满意",
        "intake.survey_issued": "发出调查",
        "intake.survey_answered": "答复调查",
        "intake.customer_registered": "建档",
        "intake.customer_updated": "更正档案",
        "intake.customer_assigned": "分配负责人",
        "intake.specialist_assigned": "分配客服专员",
        "intake.notification_requested": "安排维系消息",
        "intake.customer_classified": "客户分级",
        "intake.customer_erased": "抹去个人信息",
        "intake.customers_merged": "合并档案",
        "intake.customers_separated": "拆分档案",
        "intake.opportunity_identified": "发现商机",
        "intake.order_placed": "下单",
        "intake.deadline_missed": "客服逾期",
        "notify.notification_sent": "发出消息",
        "notify.notification_delivered": "消息送达",
        "notify.notification_failed": "消息未送达",
        "notify.notification_deferred": "消息改时发送",
        "notify.notification_suppressed": "消息未发送",
        "notify.reply_received": "客户回复",
        "notify.deadline_missed": "消息逾期",
        "notify.customer_unreached": "联系不上客户",
        "notify.customer_told": "已另行告知客户",
        "notify.time_zone_unknown": "客户时区不明",
        "orders.contract_reviewed": "合同评审",
        "orders.contract_signed": "签订合同",
        "orders.contract_amended": "合同变更",
        "orders.order_released": "下单生产",
        "orders.work_order_issued": "下达制造工单",
        "orders.design_ordered": "下达图纸任务",
        "orders.design_reviewed": "审核图纸",
        "orders.production_released": "转交拆单",
        "orders.breakdown_reviewed": "审核拆单",
        "orders.sample_reviewed": "评审样品",
        "orders.stock_allocated": "预留库存",
        "orders.packaging_confirmed": "确认包装",
        "orders.pre_shipment_inspected": "发货前验货",
        "orders.order_exception_raised": "订单异常",
        "orders.order_exception_resolved": "订单异常解决",
        "orders.credit_granted": "授信放行",
        "orders.dunning_held": "暂停催款",
        "orders.dunning_released": "恢复催款",
        "orders.shipment_readiness_assessed": "核实备货",
        "orders.delivery_note_issued": "开送货单",
        "orders.install_performance_assessed": "考核安装进度",
        "orders.order_cancelled": "订单取消",
        "orders.order_closed": "订单关闭",
        "orders.order_stage_changed": "订单进入下一阶段",
        "orders.production_scheduled": "排产",
        "orders.sample_sent": "寄出样品",
        "orders.payment_due": "应收款",
        "orders.payment_approaching": "款项将到期",
        "orders.payment_overdue": "款项逾期",
        "orders.credit_limit_exceeded": "超出授信",
        "orders.payment_recorded": "收到款项",
        "orders.ledger_entered": "记账",
        "orders.dunning_issued": "催款",
        "orders.statement_issued": "发出对账单",
        "orders.deadline_missed": "订单逾期",
        "orders.shipment_ready": "货已备齐",
        "orders.shipment_delayed": "发货延期",
        "orders.delivery_date_promised": "承诺日期",
        "orders.shipment_dispatched": "发货",
        "orders.installation_scheduled": "安排安装",
        "orders.completion_forecasted": "预计完工",
        "orders.acceptance_invited": "邀请验收",
        "orders.acceptance_period_agreed": "约定验收",
        "orders.acceptance_passed": "验收通过",
        "orders.acceptance_failed": "验收不通过",
    }
)
"""What stands in a customer's timeline, by the event's key without its version."""

REASONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "intake.callback_waived": {str(code): words for code, words in WAIVED_BECAUSE.items()},
        "intake.callback_withdrawn": {str(code): words for code, words in WITHDRAWN_BECAUSE.items()},
        "complaints.complaint_escalated": {"deadline": "逾期", "severity": "情况严重", "manual": "人工上报"},
        "notify.notification_deferred": {
            "quiet_hours": "休息时间",
            "rate": "近期消息过多",
            "open_complaint": "投诉处理中",
            "not_before": "未到发送时间",
        },
        "notify.notification_suppressed": {
            "duplicate_content": "内容重复",
            "opt_out": "客户已退订",
            "open_complaint": "投诉处理中",
            "superseded": "已被新消息取代",
            "expired": "已过时",
            "no_address": "没有联系方式",
            "merged": "档案已合并",
            "cap": "已达发送上限",
        },
        "notify.customer_unreached": {
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
        },
    }
)
"""What people call the reasons that are codes, by the event's key without its version.

A code that is not among them is the `other` one, and where there is none, it is a text.
"""

FILE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "name": "客户名称",
        "RegisterCustomer.kind": "客户类型",
        "CorrectCustomer.kind": "客户类型",
        "trade": "客户类别",
        "contacts": "联系人",
        "GivenContact.name": "姓名",
        "GivenContact.title": "称呼",
        "GivenContact.mobile": "手机",
        "GivenContact.email": "邮箱",
        "preferred_channel": "愿意怎样被联系",
        "locale": "语言",
        "timezone": "时区",
        "quiet_hours": "休息时间",
        "begin": "从几点起",
        "end": "到几点止",
        "opted_out": "不再接收",
        "concerns": "只告知哪些事",
        "address": "地址",
        "region": "区域",
        "member": "会员",
        "special_specs": "特殊规格",
    }
)
FILE_CHOICES: Mapping[str, Mapping[Any, str]] = MappingProxyType(
    {
        "RegisterCustomer.kind": CUSTOMER_KINDS,
        "CorrectCustomer.kind": CUSTOMER_KINDS,
        "trade": TRADES,
        "preferred_channel": CHANNELS,
        "opted_out": CHANNELS,
        "concerns": MappingProxyType(
            {
                "order": "订单",
                "site": "现场",
                "payment": "款项",
                "complaint": "投诉",
                "service": "售后",
                "care": "维系",
            }
        ),
    }
)
"""What a customer's file says."""
FORMS = FormWords(
    decisions=MappingProxyType(
        {
            "contacts": "记录通话",
            "assign": "分配负责人",
            "assign_specialist": "分配客服专员",
            "correct": "更正档案",
            "classify": "客户分类",
            "merge": "合并同一位客户的另一份档案",
            "separate": "拆开已合并的档案",
            "ask_to_erase": "登记客户的抹去请求",
            "keep": "依法保存，不抹去",
            "erase": "抹去个人信息",
        }
    ),
    fields=MappingProxyType(
        {
            **FILE_FIELDS,
            "CorrectCustomer.reason": "为什么更正",
            "criteria": "依据什么分类",
            "specialist": "客服专员（工号）",
            "why": "为什么由这位专员负责",
            "duplicate_id": "另一份档案",
            "MergeFiles.reason": "为什么是同一位客户",
            "SeparateFiles.reason": "为什么是两位客户",
            "revision": "本档案版本",
            "duplicate_revision": "另一份档案版本",
            "legal_basis": "法律依据",
            "KeepCustomer.reason": "为什么必须保存",
            "subject": "主题",
            "service_type": "类别",
            "service_method": "方式",
            "on": "日期",
            "at": "谈话时间",
            "contact_name": "联系人",
            "status": "状态",
            "started_at": "开始时间",
            "content": "谈话内容",
            "feedback": "客户反馈",
            "remarks": "其他情况",
            "owner": "负责人（工号）",
            "rule": "怎样选定",
        }
    ),
    choices=MappingProxyType(
        {**FILE_CHOICES, "rule": MappingProxyType({"balanced": "均衡分配", "ability": "按能力", "manual": "主管指定"})}
    ),
    asides=MappingProxyType({"specialist": "不填就由系统均衡分配"}),
)
REGISTERING = FormWords(
    decisions=MappingProxyType({"register": "新建客户档案"}),
    fields=MappingProxyType(
        {**FILE_FIELDS, "source": "由哪个部门发现", "customer_no": "该部门的客户编号", "owner": "负责人（工号）"}
    ),
    choices=MappingProxyType({**FILE_CHOICES, "source": DEPARTMENTS}),
)
ENQUIRING = FormWords(
    decisions=MappingProxyType({"enquire": "登记客户来询"}),
    fields=MappingProxyType(
        {
            "customer_id": "客户",
            "caller": "来询人",
            "name": "公司或店名",
            "contact_name": "联系人",
            "mobile": "手机",
            "kind": "想要什么",
            "channel": "怎样联系我们",
            "text": "客户怎么说",
            "order_no": "订单编号",
        }
    ),
    choices=MappingProxyType(
        {
            "kind": MappingProxyType(
                {
                    "order": "下单",
                    "quote": "报价",
                    "stock": "查库存",
                    "consult": "咨询",
                    "suggestion": "建议",
                    "complaint": "投诉",
                    "service": "售后",
                }
            ),
            "channel": MappingProxyType(
                {"phone": "电话", "visit": "来访", "email": "邮件", "sms": "短信", "web": "网站"}
            ),
        }
    ),
)
VISITING = FormWords(
    decisions=MappingProxyType({"visit": "报告刚结束的拜访"}),
    fields=MappingProxyType(
        {
            "shop_name": "店名或公司",
            "customer_id": "客户",
            "customer_name": "见到的人",
            "mobile": "手机",
            "left_at": "离开时间",
            "punctual": "是否准时到达",
            "via": "怎样报告",
            "plan_id": "拜访计划",
            "talk": "谈了什么",
        }
    ),
    choices=MappingProxyType({"via": MappingProxyType({"sms": "短信", "app": "页面", "phone": "电话"})}),
)

CALLING = FormWords(
    decisions=MappingProxyType(
        {
            "complete": "记录回访结果",
            "hear_manager": "记录客户经理介绍的情况",
            "appoint": "另约时间",
            "waive": "准予免回访",
            "audit": "抽查这次回访",
        }
    ),
    fields=MappingProxyType(
        {
            "branch": "客户总体评价",
            "CompleteCallback.ratings": "客户的答复",
            "AuditCallback.ratings": "客户对回访人员的评价",
            "aspect": "对哪方面不满意",
            "detail": "客户原话",
            "suggestion": "客户的建议",
            "via": "联系方式",
            "said": "客户经理介绍的情况",
            "at": "约定的时间",
            "words": "客户怎么说",
            "WaiveCallback.reason": "为什么不必回访",
            "report_id": "日报",
            "matches_record": "记录与客户所说一致",
            "remarks": "抽查发现",
        }
    ),
    choices=MappingProxyType({"branch": RATINGS, "via": CALLBACK_WAYS, "WaiveCallback.reason": WAIVED_BECAUSE}),
    asides=MappingProxyType({"aspect": "不完全满意时必填"}),
)
"""The forms about a call; what the customer is asked are the questions of the script."""

PROBLEM_STAGES: Mapping[ProblemStage, str] = MappingProxyType(
    {"raised": "待反馈", "fed_back": "已反馈部门", "solved": "已解决"}
)
PROBLEMS = FormWords(
    decisions=MappingProxyType({"tell_department": "反馈给部门", "solve": "解决这个问题"}),
    fields=MappingProxyType({"department": "反馈给哪个部门", "words": "反馈了什么", "solution": "怎样解决"}),
    choices=MappingProxyType({"department": DEPARTMENTS}),
)
FINE_STAGES: Mapping[FineStage, str] = MappingProxyType({"open": "待查明", "imposed": "已处罚", "let_off": "不处罚"})
FINING = FormWords(
    decisions=MappingProxyType({"impose": "处罚", "let_off": "不处罚"}),
    fields=MappingProxyType(
        {"staff": "由谁承担（工号）", "ImposeFine.reason": "怎样查明", "LetOff.reason": "为什么不处罚"}
    ),
)
ITINERARY_STAGES: Mapping[ItineraryStage, str] = MappingProxyType({"open": "待去电", "confirmed": "已商定"})
ITINERARIES = FormWords(
    decisions=MappingProxyType({"confirm": "记录商定的行程"}),
    fields=MappingProxyType({"stops": "当天的安排", "changes": "改动", "content": "通话记录"}),
)

TEXT_STAGES: Mapping[TextStage, str] = MappingProxyType({"unread": "待读", "read": "已读", "dismissed": "不作拜访"})
READING = FormWords(
    decisions=MappingProxyType({"read": "读成一次拜访", "dismiss": "不作拜访"}),
    fields=MappingProxyType(
        {"shop_name": "店名或公司", "customer_name": "见到的人", "mobile": "手机", "reason": "为什么不作拜访"}
    ),
)
ENQUIRY_STAGES: Mapping[EnquiryStage, str] = MappingProxyType(
    {"open": "待答复", "answered": "已答复", "withdrawn": "不必答复"}
)
ANSWERING = FormWords(
    decisions=MappingProxyType({"answer": "答复客户"}), fields=MappingProxyType({"answer": "怎样答复"})
)
WINNING = FormWords(
    decisions=MappingProxyType(
        {"send_material": "登记寄出的资料", "note_doubt": "记下客户的疑虑", "change_demand": "更改客户的需求"}
    ),
    fields=MappingProxyType(
        {
            "material": "哪种资料",
            "way": "怎样送去",
            "what": "具体是什么",
            "doubt": "客户疑虑什么",
            "project": "现在要做什么",
            "has_plan": "有平面图",
            "style": "风格",
            "reason": "为什么更改",
        }
    ),
    choices=MappingProxyType(
        {
            "material": MappingProxyType(
                {
                    "price_list": "报价单",
                    "catalogue": "产品目录",
                    "sample": "样品",
                    "letter": "公函",
                    "tutorial": "使用教程",
                    "trial": "试用",
                }
            ),
            "way": MappingProxyType(
                {"email": "邮件", "fax": "传真", "post": "邮寄", "courier": "快递", "in_person": "当面"}
            ),
        }
    ),
)
PLAN_STAGES: Mapping[PlanStage, str] = MappingProxyType(
    {"planned": "待出发", "arrived": "已到达", "cancelled": "已取消"}
)
GOING = FormWords(
    decisions=MappingProxyType({"tick_off": "确认带上", "arrive": "报告到达", "cancel": "取消拜访"}),
    fields=MappingProxyType({"names": "带上的东西", "reason": "为什么取消"}),
)
TOUR_STAGES: Mapping[ShowroomStage, str] = MappingProxyType(
    {"booked": "已预约", "completed": "已参观", "cancelled": "已取消"}
)
RECEIVING = FormWords(
    decisions=MappingProxyType({"do_task": "做好一项准备", "cancel": "取消参观"}),
    fields=MappingProxyType({"task": "哪一项", "reason": "为什么取消"}),
)

CAMPAIGN_STAGES: Mapping[CampaignStage, str] = MappingProxyType({"running": "进行中", "completed": "已总结"})
OUTCOMES: Mapping[ProspectOutcome, str] = MappingProxyType(
    {
        "open": "未联系",
        "attained": "达成目标",
        "talked": "谈过未成",
        "not_reached": "没有联系上",
        "refused": "不愿再接电话",
    }
)
CAMPAIGNING = FormWords(
    decisions=MappingProxyType({"record": "记录联系结果", "complete": "总结活动"}),
    fields=MappingProxyType({"customer_id": "哪位客户", "outcome": "联系得怎样", "lessons": "从活动中得到的经验"}),
    choices=MappingProxyType({"outcome": OUTCOMES}),
)

TOLD: Mapping[str, str] = MappingProxyType(
    {
        "design.design_submitted.v1": "提交图纸",
        "design.goods_inspected.v1": "报告验货结果",
        "design.sample_judged.v1": "判定样品",
        "engineering.completion_expected.v1": "报告预计完工时间",
        "engineering.crew_reported.v1": "报告安装人员能否到位",
        "engineering.customer_introduced.v1": "介绍新客户",
        "engineering.installation_completed.v1": "报告安装完工",
        "engineering.shipment_arrived.v1": "报告货到现场",
        "finance.payment_received.v1": "登记订单收款",
        "production.breakdown_completed.v1": "报告拆单完成",
        "production.problem_reported.v1": "报告生产问题",
        "production.production_completed.v1": "报告生产完成",
        "production.production_delayed.v1": "报告生产延期",
        "production.production_progressed.v1": "报告备货进度",
        "production.sample_made.v1": "报告样品做好",
        "sales.customer_introduced.v1": "介绍新客户",
        "sales.order_withdrawn.v1": "撤回订单",
        "warehouse.goods_dispatched.v1": "报告货已发出",
        "warehouse.return_received.v1": "签收退货",
    }
)
"""The facts that staff of a department tell in person."""
TELLING = FormWords(
    decisions=TOLD,
    fields=MappingProxyType(
        {
            "order_no": "订单编号",
            "return_no": "退货单编号",
            "drawing_kind": "哪种图",
            "version": "第几版",
            "files": "图纸文件",
            "designer": "设计人（工号）",
            "packages": "用到的标准套餐",
            "inspector": "验货人（工号）",
            "TellGoodsInspected.outcome": "验货结果",
            "TellSampleJudged.outcome": "判定结果",
            "defects": "发现的缺陷",
            "damages": "破损",
            "Defect.description": "哪里有什么问题",
            "photos": "照片",
            "sample_no": "样品编号",
            "notes": "判定说明",
            "judged_by": "判定人（工号）",
            "expected_at": "预计完工时间",
            "foreman": "安装班长（工号）",
            "acceptance_from": "请客户何时到场验收",
            "acceptance_until": "验收到何时为止",
            "available": "安装人员能否按期到位",
            "skill": "安装人员级别",
            "available_from": "哪天起可以到位",
            "customer": "客户",
            "customer_no": "本部门的客户编号",
            "IntroducedCustomer.kind": "客户类型",
            "trade": "客户类别",
            "name": "客户名称",
            "contact_name": "联系人",
            "title": "称呼",
            "mobile": "手机",
            "email": "邮箱",
            "address": "地址",
            "region": "区域",
            "locale": "语言",
            "found_by": "介绍人（工号）",
            "TellInstallationCompleted.completed_at": "完工时间",
            "TellProductionCompleted.completed_at": "完成时间",
            "crew": "安装人员（工号）",
            "arrived_at": "到货时间",
            "delivery_note_no": "送货单号",
            "TellPaymentReceived.kind": "款项",
            "amount": "金额",
            "received_at": "收到时间",
            "receipt_no": "收据编号",
            "TellBreakdownCompleted.parts": "拆出的部件",
            "part_no": "部件编号",
            "quantity": "数量",
            "source": "来源",
            "TellMaterialProblemReported.kind": "哪方面的问题",
            "detail": "发生了什么",
            "quantity_ok": "合格数量",
            "quantity_short": "短缺数量",
            "expected_ready_on": "预计备齐日期",
            "TellProductionDelayed.reason": "延期属于哪一类",
            "reason_text": "延期原因",
            "ready_percent": "已备齐百分之几",
            "TellOrderWithdrawn.reason": "为什么撤回",
            "left_at": "发出时间",
            "carrier": "承运单位",
            "eta": "预计到达时间",
            "partial": "还有余货另发",
            "TellGoodsDispatched.parts": "这一车装了什么",
            "what": "货物",
            "unit": "单位",
            "lines": "收到的货物",
            "part": "货物",
            "signed_by": "签收人（工号）",
        }
    ),
    choices=MappingProxyType(
        {
            "drawing_kind": MappingProxyType(
                {"plan": "平面图", "rendering": "效果图", "elevation": "立面图", "construction": "施工图"}
            ),
            "TellGoodsInspected.outcome": MappingProxyType({"passed": "合格", "failed": "不合格"}),
            "TellSampleJudged.outcome": MappingProxyType({"confirmed": "确认", "rejected": "不确认"}),
            "skill": MappingProxyType({"ordinary": "安装人员", "senior": "技术骨干"}),
            "IntroducedCustomer.kind": CUSTOMER_KINDS,
            "trade": TRADES,
            "TellPaymentReceived.kind": MappingProxyType(
                {"initial": "首期款", "progress": "进度款", "balance": "尾款"}
            ),
            "source": MappingProxyType({"make": "自制", "stock": "库存", "outsource": "外购"}),
            "TellMaterialProblemReported.kind": MappingProxyType(
                {"schedule": "交期", "quality": "质量", "material": "物料", "supply": "供应商"}
            ),
            "TellProductionDelayed.reason": MappingProxyType(
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
            ),
        }
    ),
    asides=MappingProxyType({"reason_text": "可能告知客户", "parts": "没有写明就空着", "amount": "不填就按应收的金额"}),
    pictures=frozenset({"files", "photos"}),
)
"""The forms by which staff of a department tell a fact."""

REPORTING = FormWords(
    decisions=MappingProxyType({"submit": "提交报告", "review": "批复", "excuse": "准予免交"}),
    fields=MappingProxyType(
        {
            "sections": "报告内容",
            "amounts": "金额",
            "files": "附件",
            "digest": "报告",
            "comment": "批复内容",
            "reason": "免交原因",
        }
    ),
    pictures=frozenset({"files"}),
)
"""The forms about a work report; its headings are those of the company's form."""
