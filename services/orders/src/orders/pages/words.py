"""How stages, gates, decisions, their fields and what may be chosen are called on the pages of orders."""

from collections.abc import Mapping
from types import MappingProxyType

from orders.domain.lifecycle import ExceptionStage, OrderDecision, StockCheckKind, StockCheckStage
from orders.domain.parts.drawing import DrawingStage
from orders.domain.parts.promise import PromiseKind, PromiseStage
from orders.domain.parts.titles import DELAYS, EXCEPTIONS, PAPERS
from orders.domain.route import Milestone
from shared.contracts.departments import DrawingKind
from shared.contracts.orders import EntryKind, PaymentKind
from shared.contracts.vocabulary import OrderKind
from shared.pages.forms import FormWords

KINDS: Mapping[OrderKind, str] = MappingProxyType({"standard": "标准", "custom": "定制"})
GATES: Mapping[Milestone, str] = MappingProxyType(
    {
        Milestone.CONTRACT_APPROVED: "合同评审通过",
        Milestone.CONTRACT_SIGNED: "合同已签",
        Milestone.INITIAL_PAID: "首期款到账",
        Milestone.CREDIT_GRANTED: "授信通过",
        Milestone.NOTICE_SIGNED: "下单通知书签齐",
        Milestone.PLAN_APPROVED: "平面图通过",
        Milestone.RENDERING_APPROVED: "效果图通过",
        Milestone.ELEVATION_APPROVED: "立面图通过",
        Milestone.CONSTRUCTION_APPROVED: "施工图通过",
        Milestone.PRODUCTION_RELEASED: "下达生产",
        Milestone.BROKEN_DOWN: "拆单完成",
        Milestone.BREAKDOWN_APPROVED: "拆单审核通过",
        Milestone.SAMPLE_CONFIRMED: "样品确认",
        Milestone.PRODUCED: "生产完成",
        Milestone.INSPECTED: "发货前验收通过",
        Milestone.DISPATCHED: "货已发出",
        Milestone.ARRIVED: "货已到达",
        Milestone.INSTALLED: "安装完成",
        Milestone.ACCEPTED: "客户验收",
        Milestone.PAID: "款项结清",
    }
)
REPORTED_BY: Mapping[Milestone, str] = MappingProxyType(
    {
        Milestone.INITIAL_PAID: "客户付款",
        Milestone.CREDIT_GRANTED: "财务部",
        Milestone.BROKEN_DOWN: "拆单课",
        Milestone.PRODUCED: "生产部",
        Milestone.DISPATCHED: "仓库",
        Milestone.ARRIVED: "承运方",
        Milestone.INSTALLED: "安装队",
        Milestone.PAID: "客户付款",
    }
)
"""Whom an order waits for where no role of ours decides."""
PROMISES: Mapping[PromiseKind, str] = MappingProxyType(
    {"ship": "发货", "arrive": "到货", "install": "安装", "complete": "完工", "accept": "验收"}
)
PROMISE_STAGES: Mapping[PromiseStage, str] = MappingProxyType(
    {"open": "待兑现", "kept": "已兑现", "broken": "未兑现", "superseded": "已改期", "withdrawn": "已撤销"}
)
DRAWINGS: Mapping[DrawingKind, str] = MappingProxyType(
    {"plan": "平面图", "rendering": "效果图", "elevation": "立面图", "construction": "施工图"}
)
DRAWING_STAGES: Mapping[DrawingStage, str] = MappingProxyType(
    {"ordered": "已下达", "submitted": "待审", "approved": "通过", "rejected": "退回"}
)
ENTRIES: Mapping[EntryKind, str] = MappingProxyType(
    {
        "invoice": "应收",
        "amendment": "合同变更",
        "payment": "收款",
        "credit": "冲减",
        "refund": "退款",
        "cancellation": "取消",
    }
)
PAYMENTS: Mapping[PaymentKind, str] = MappingProxyType({"initial": "首期款", "progress": "进度款", "balance": "尾款"})
OUTCOMES: Mapping[str, str] = MappingProxyType({"approved": "通过", "rejected": "退回"})

DECISIONS: Mapping[OrderDecision, str] = MappingProxyType(
    {
        "take_on": "接收订单",
        "submit_for_review": "提交合同评审",
        "countersign": "会签合同",
        "review": "评审合同",
        "amend": "修订合同",
        "sign": "签订合同",
        "use_seal": "登记用印",
        "prepare_notice": "编制下单通知书",
        "review_notice": "审核下单通知书",
        "approve_notice": "批准下单通知书",
        "review_drawing": "审核图纸",
        "release": "下达生产",
        "send_back": "退回图纸",
        "issue_work_order": "下达生产工单",
        "schedule": "排产",
        "review_breakdown": "审核拆单",
        "judge_sample": "判定样品",
        "send_sample": "寄送样品",
        "inspect": "发货前验收",
        "plan_packaging": "安排包材",
        "receive_packaging": "登记外印包材到货",
        "pack": "确认包装",
        "require_papers": "确定所需出货手续",
        "arrange_paper": "登记出货手续",
        "dispatch": "发货",
        "issue_delivery_note": "开送货单",
        "schedule_installation": "安排安装",
        "agree_acceptance": "约定验收",
        "pass_acceptance": "验收通过",
        "fail_acceptance": "验收不通过",
        "agree": "与客户约定日期",
        "postpone": "告知延期",
        "word_delay": "核定延期说法",
        "raise_exception": "填写异常",
        "cancel": "取消订单",
        "ask_to_cancel": "申请取消",
        "decline_cancelling": "不同意取消",
        "credit": "冲减货款",
        "refund": "退款",
    }
)

FORMS = FormWords(
    decisions=DECISIONS,
    fields=MappingProxyType(
        {
            "stage": "所见的阶段",
            "number": "第几次申请",
            "produced_at": "所见货物的完工时间",
            "revision": "合同版次",
            "outcome": "结论",
            "findings": "发现的问题",
            "clause": "条款",
            "issue": "问题",
            "changes": "变更内容",
            "total": "总价",
            "ship_on": "发货日期",
            "terms": "付款约定",
            "PaymentTerm.kind": "款项",
            "amount": "金额",
            "due_on": "到期日",
            "signed_on": "签订日期",
            "on": "日期",
            "precision": "精确到",
            "purpose": "用途",
            "begin": "开始",
            "finish": "完成",
            "delivery_on": "交付",
            "planned_finish": "计划完成",
            "crew": "安装人员",
            "staff": "工号",
            "skill": "技能",
            "begins_on": "起始日期",
            "ends_on": "截止日期",
            "agreed_with": "与谁约定",
            "signatory": "签字人",
            "signature": "签字文件",
            "photos": "照片",
            "aftersales_contact": "售后联系人",
            "issues": "问题",
            "Defect.description": "缺陷说明",
            "OrderLine.description": "货物名称",
            "quantity": "数量",
            "left_at": "发出时间",
            "eta": "预计到达",
            "carrier": "承运方",
            "delivery_note_no": "送货单号",
            "note_no": "送货单号",
            "partial": "还有下一批",
            "parts": "所载货物",
            "what": "货物",
            "unit": "单位",
            "lines": "明细",
            "sku": "型号",
            "spec": "规格",
            "special_spec": "特殊要求",
            "unit_price": "单价",
            "AskToCancel.reason": "申请取消的原因",
            "CancelOrder.reason": "取消订单的原因",
            "DeclineCancelling.reason": "不同意取消的原因",
            "DelayShipment.reason": "延期的原因",
            "MoveMoney.reason": "冲减或退款的原因",
            "SendBack.reason": "退回图纸的原因",
            "RaiseException.kind": "类别",
            "PromiseDay.kind": "约定什么",
            "ReviewDrawing.kind": "图纸",
            "version": "版本",
            "breakdown": "拆单次数",
            "CountersignContract.notes": "会签意见",
            "JudgeSample.notes": "对样品的意见",
            "ReviewBreakdown.notes": "对拆单的意见",
            "ReviewDrawing.notes": "对图纸的意见",
            "drawings": "哪些图纸",
            "sample_no": "样品",
            "defects": "缺陷",
            "feasible": "能否按期",
            "work_order_no": "生产工单号",
            "materials": "包材",
            "in_stock": "库存",
            "printer": "外发印刷商",
            "expected_on": "预计到货日期",
            "papers": "出货手续",
            "ArrangePaper.number": "单号",
            "ArrangePaper.kind": "出货手续",
            "items": "包装",
            "item": "包装物",
            "volume_litres": "体积（升）",
            "refund": "退款金额",
            "new_ship_date": "新的发货日期",
            "reason_text": "告诉客户的话",
            "detail": "异常情况",
        }
    ),
    choices=MappingProxyType(
        {
            "ReviewContract.outcome": MappingProxyType(
                {"approved": "通过", "amend": "修改后再审", "terminate": "终止"}
            ),
            "outcome": OUTCOMES,
            "JudgeSample.outcome": MappingProxyType({"confirmed": "确认", "rejected": "不确认"}),
            "InspectGoods.outcome": MappingProxyType({"passed": "通过", "failed": "不通过"}),
            "PaymentTerm.kind": PAYMENTS,
            "PromiseDay.kind": PROMISES,
            "ReviewDrawing.kind": DRAWINGS,
            "RaiseException.kind": EXCEPTIONS,
            "drawings": DRAWINGS,
            "papers": PAPERS,
            "ArrangePaper.kind": PAPERS,
            "DelayShipment.reason": DELAYS,
            "precision": MappingProxyType({"day": "日", "month": "月"}),
            "skill": MappingProxyType({"ordinary": "普通", "senior": "骨干"}),
        }
    ),
    asides=MappingProxyType(
        {
            "reason_text": "客户会看到；不填则用原因的标准说法",
            "changes": "每行一条",
            "photos": "每行一份",
            "parts": "不填则按送货单",
            "lines": "不填则为全部",
            "notes": "只在内部",
        }
    ),
    pictures=frozenset({"photos"}),
    signatures=frozenset({"signature"}),
)
EXCEPTION_STAGES: Mapping[ExceptionStage, str] = MappingProxyType({"open": "待解决", "resolved": "已解决"})
RESOLVING = FormWords(
    decisions=MappingProxyType({"resolve": "解决这个异常"}), fields=MappingProxyType({"resolution": "解决办法"})
)
STOCK_CHECK_KINDS: Mapping[StockCheckKind, str] = MappingProxyType({"count": "盘点", "sample": "抽检"})
STOCK_CHECK_STAGES: Mapping[StockCheckStage, str] = MappingProxyType({"asked": "待报告", "reported": "已报告"})
STOCK_CHECKING = FormWords(
    decisions=MappingProxyType({"report": "报告结果"}),
    fields=MappingProxyType(
        {
            "findings": "查到的",
            "goods": "货物",
            "expected": "账面数量，抽检写检了几件",
            "found": "实际数量，抽检写合格几件",
        }
    ),
)
