"""How stages, payers and blocks are called on the pages of after-sales."""

from collections.abc import Mapping
from types import MappingProxyType

from aftersales.domain.lifecycle import RequestDecision, RequestStage, ServiceOrderDecision, SettlementStage, Stage
from aftersales.domain.parts.blocks import Block, Capacity
from aftersales.domain.parts.entry import Share
from aftersales.domain.parts.service import ServiceType
from aftersales.domain.parts.titles import FAULTS, MODES
from shared.contracts.aftersales import ChargePolicy, Verdict
from shared.pages.forms import FormWords
from shared.pages.words import CUSTOMER_CHOICES, CUSTOMER_FIELDS

FINISHED = "已办结"
"""A request of which everything is done."""
REQUESTS: Mapping[RequestStage, str] = MappingProxyType(
    {"incomplete": "资料不全", "registered": "已登记", "withdrawn": "已撤回"}
)
STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        "open": "待派工",
        "dispatched": "已派工",
        "resolved": "已上门",
        "signed_off": "已签字",
        "closed": "已归档",
        "called_off": "已取消",
    }
)
SETTLEMENTS: Mapping[SettlementStage, str] = MappingProxyType({"open": "未结清", "handed_over": "已移交财务"})
TYPES: Mapping[ServiceType, str] = MappingProxyType({"A": "A 收费", "B": "B 合同", "C": "C 免费", "D": "D 内务"})
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {"in_warranty": "在保", "out_of_warranty": "过保", "uncertain": "不确定"}
)
COSTS: Mapping[Share, str] = MappingProxyType(
    {
        "in_warranty": "保修期内成本",
        "beyond_warranty": "保修期外成本",
        "warranty_uncertain": "保修不确定成本",
        "internal": "内务成本",
    }
)
PAYERS: Mapping[ChargePolicy, str] = MappingProxyType(
    {"free": "免费", "pay_first": "先付款后上门", "normal_rate": "按标准收费", "undecided": "未定"}
)
BLOCKS: Mapping[Block, str] = MappingProxyType(
    {"opinion": "处理意见", "fee": "费用", "execution": "执行情况", "result": "处理结果"}
)
CAPACITIES: Mapping[Capacity, str] = MappingProxyType({"department_head": "部门负责人", "general_manager": "总经理"})
DECISIONS: Mapping[ServiceOrderDecision, str] = MappingProxyType(
    {
        "record_opinion": "写处理意见",
        "request_parts": "申请配件",
        "promise_parts": "答复到料日期",
        "ready_parts": "配件备妥",
        "use_part": "登记用料",
        "agree_appointment": "约定上门时间",
        "request_remote": "申请异地服务",
        "approve_remote": "批准异地服务",
        "dispatch": "派技师",
        "complete_visit": "登记上门",
        "sign_off": "客户签字",
        "state_execution": "写执行情况",
        "countersign": "会签",
        "close": "写处理结果并归档",
        "claim_expense": "报销费用",
        "record_cost": "登记成本",
        "sign_fee": "签费用",
        "raise_charge": "开出应收",
        "receive_payment": "登记收款",
        "carry_over": "顺延",
        "call_off": "取消服务",
        "refund": "登记退款",
    }
)
REQUEST_DECISIONS: Mapping[RequestDecision, str] = MappingProxyType(
    {
        "complete": "补齐资料",
        "determine_fault": "判定责任",
        "open_service_order": "开服务凭证",
        "withdraw": "客户撤回",
    }
)
OPINION_MODES: Mapping[str, str] = MappingProxyType({"plan": "按计划安排", "resolve_on_site": "现场解决"})

FORMS = FormWords(
    decisions=DECISIONS,
    fields=MappingProxyType(
        {
            "opinion": "处理意见",
            "StateExecution.opinion": "执行情况",
            "mode": "方式",
            "RaiseCharge.mode": "收款方式",
            "handle_by": "处理期限",
            "tools": "带的工具",
            "materials": "带的材料",
            "head": "负责人",
            "signature": "签字文件",
            "work": "所做的工作",
            "parts": "配件",
            "part_no": "料号",
            "quantity": "数量",
            "needed_by": "何时要用",
            "on": "到料日期",
            "amount": "金额",
            "reason": "为什么有这笔费用",
            "CallOffServiceOrder.reason": "取消的原因",
            "begins": "从",
            "ends": "到",
            "agreed_with": "与谁约定",
            "place": "服务地点",
            "estimated_travel": "预计差旅费",
            "application": "申请",
            "technician": "技师（工号）",
            "technician_name": "客户怎么称呼他",
            "unskilled_because": "技能不符时为何仍派他",
            "started_at": "到达",
            "ended_at": "离开",
            "CompleteVisit.work": "做了什么",
            "resolved": "问题是否解决",
            "signatory": "签字人",
            "no_file_because": "没有签字文件的原因",
            "photos": "照片",
            "stamp": "盖章的凭证",
            "result": "处理结果",
            "material": "材料",
            "transport": "运输",
            "labour": "人工",
            "travel": "差旅",
            "fee": "费用",
            "received_at": "收到时间",
            "invoice_no": "发票号",
            "refunded_at": "退款时间",
            "reference": "退款流水号",
            "currency": "币种",
        }
    ),
    choices=MappingProxyType({"RecordOpinion.mode": OPINION_MODES, "RaiseCharge.mode": MODES}),
    pictures=frozenset({"photos", "stamp"}),
    signatures=frozenset({"signature"}),
)
REGISTERING = FormWords(
    decisions={"register": "登记售后"},
    fields=MappingProxyType(
        {
            **CUSTOMER_FIELDS,
            "address": "地址",
            "content": "反馈内容",
            "contract_date": "合同日期",
            "contract_no": "合同编号",
            "order_no": "订单编号",
            "model": "型号",
            "spec": "规格",
            "purchased_on": "购买日期",
            "purchase_place": "购买地点",
            "salesman": "业务员（工号）",
            "salesman_signature": "业务员签字",
            "complaint_id": "投诉",
        }
    ),
    choices=CUSTOMER_CHOICES,
    signatures=frozenset({"salesman_signature"}),
)
"""The form by which a request enters the register."""
INTERNAL = FormWords(
    decisions={"open_internal": "开内务凭证"},
    fields={
        "content": "做什么",
        "materials": "物料",
        "name": "品名",
        "quantity": "数量",
        "moved": "收进还是发出",
        "to": "发给谁",
    },
    choices={"moved": {"received": "收进", "issued": "发出"}},
)
"""The form by which internal work, type D, begins (003 §13)."""
REQUEST_FORMS = FormWords(
    decisions=REQUEST_DECISIONS,
    fields=MappingProxyType(
        {
            **REGISTERING.fields,
            "fault": "责任",
            "evidence": "凭据",
            "reason": "撤回的原因",
            "request_id": "登记",
            "type": "服务类型",
        }
    ),
    choices=MappingProxyType({**REGISTERING.choices, "fault": FAULTS, "type": TYPES}),
    pictures=frozenset({"evidence"}),
    signatures=REGISTERING.signatures,
)
WARRANTY_FORMS = FormWords(
    decisions={"override": "核定保修"},
    fields={"answer": "原来的结论", "verdict": "核定为", "until": "保修到哪天", "reason": "核定的依据"},
    choices={"verdict": VERDICTS},
)
"""The form by which a person decides whether a request is under warranty."""
SETTLEMENT_FORMS = FormWords(decisions={"settle": "移交财务"}, fields={"handover": "移交的凭证"})
