"""How facts about customers, decisions and their fields are called on the pages of intake."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.intake import Trade
from shared.contracts.vocabulary import CustomerKind
from shared.pages.forms import FormWords

KINDS: Mapping[CustomerKind, str] = MappingProxyType({"end": "最终客户", "intermediary": "中间商"})
TRADES: Mapping[Trade, str] = MappingProxyType(
    {"decoration_company": "装饰公司", "dealer": "经销商", "direct": "直接客户", "other": "其他"}
)

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "aftersales.service_request_registered": "登记售后",
        "aftersales.warranty_checked": "核定质保",
        "aftersales.fault_determined": "认定责任",
        "aftersales.maintenance_reminder_due": "到保养期",
        "aftersales.warranty_expiring": "质保将到期",
        "aftersales.service_order_opened": "开服务凭证",
        "aftersales.service_dispatched": "派出技师",
        "aftersales.service_parts_delayed": "配件延迟",
        "aftersales.service_appointment_agreed": "约定上门",
        "aftersales.service_visit_completed": "上门完成",
        "aftersales.customer_charge_raised": "服务收费",
        "aftersales.customer_charge_paid": "服务费到账",
        "aftersales.service_signed_off": "客户签字确认服务",
        "aftersales.service_order_closed": "服务凭证归档",
        "aftersales.deadline_missed": "售后逾期",
        "complaints.complaint_filed": "受理投诉",
        "complaints.complaint_acknowledged": "与客户确认投诉内容",
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
        "intake.negative_feedback_received": "客户不满意",
        "intake.survey_issued": "发出调查",
        "intake.survey_answered": "答复调查",
        "intake.customer_registered": "建档",
        "intake.customer_updated": "更正档案",
        "intake.customer_assigned": "分配负责人",
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

FORMS = FormWords(
    decisions=MappingProxyType({"contacts": "记录通话", "assign": "分配负责人"}),
    fields=MappingProxyType(
        {
            "subject": "主题",
            "service_type": "类别",
            "service_method": "方式",
            "on": "日期",
            "at": "时间",
            "contact_name": "联系人",
            "status": "状态",
            "started_at": "开始时间",
            "content": "内容",
            "feedback": "客户反馈",
            "remarks": "备注",
            "owner": "负责人（工号）",
            "rule": "怎样选定",
        }
    ),
    choices=MappingProxyType(
        {"rule": MappingProxyType({"balanced": "均衡分配", "ability": "按能力", "manual": "主管指定"})}
    ),
)
