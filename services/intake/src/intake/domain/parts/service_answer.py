"""What the services behind made of an admitted fact, and what its department reads about that."""

from collections.abc import Mapping
from typing import Literal

from shared.contracts.answer import Outcome
from shared.contracts.event import Instant, Part

ListeningService = Literal["intake", "orders", "complaints", "aftersales", "notify"]

LISTENERS: Mapping[str, tuple[ListeningService, ...]] = {
    "design.design_submitted.v1": ("orders",),
    "design.goods_inspected.v1": ("orders",),
    "design.sample_judged.v1": ("orders",),
    "design.warranty_asked.v1": ("aftersales",),
    "engineering.completion_expected.v1": ("orders",),
    "engineering.crew_reported.v1": ("orders",),
    "engineering.customer_introduced.v1": ("intake",),
    "engineering.installation_completed.v1": ("orders",),
    "engineering.shipment_arrived.v1": ("orders",),
    "engineering.warranty_asked.v1": ("aftersales",),
    "finance.payment_received.v1": ("orders", "notify"),
    "finance.service_charge_received.v1": ("aftersales",),
    "finance.warranty_asked.v1": ("aftersales",),
    "production.breakdown_completed.v1": ("orders",),
    "production.problem_reported.v1": ("orders",),
    "production.production_completed.v1": ("orders",),
    "production.production_delayed.v1": ("orders",),
    "production.production_progressed.v1": ("orders",),
    "production.sample_made.v1": ("orders",),
    "production.warranty_asked.v1": ("aftersales",),
    "sales.customer_introduced.v1": ("intake",),
    "sales.order_requested.v1": ("intake",),
    "sales.order_withdrawn.v1": ("intake", "orders"),
    "sales.warranty_asked.v1": ("aftersales",),
    "warehouse.goods_dispatched.v1": ("orders",),
    "warehouse.return_received.v1": ("complaints",),
    "warehouse.warranty_asked.v1": ("aftersales",),
}
"""The services that act on each department's fact, by key; a fact that is not here is kept and acted on by none."""

NAMES: Mapping[ListeningService, str] = {
    "intake": "接单",
    "orders": "订单",
    "complaints": "投诉",
    "aftersales": "售后",
    "notify": "通知",
}

_OUTCOMES: Mapping[Outcome, str] = {
    "taken": "已受理",
    "waiting": "暂时无法处理，系统会自动再试",
    "refused": "未予受理，具体原因见 reason",
    "given_up": "多次再试仍未成功，已转运维人员处理",
    "dropped": "经运维人员核实，不再处理",
}
_REASONS: Mapping[tuple[Outcome, str], str] = {
    ("waiting", "not_found"): "系统中尚无此单，会自动再试",
    ("given_up", "not_found"): "多次再试仍查无此单，请核对单号后重新上报",
    ("taken", "looked_into"): "已受理，但有疑点，已列入异常清单待核实，详见 reason",
    ("taken", "doubtful_time"): "已受理，但所报时间有误，已列入异常清单待核实，详见 reason",
    ("refused", "doubtful_time"): "所报时间有误，未予采用，请更正后重新上报",
    ("refused", "receipt_differs"): "该收据已按另一金额入账，此次未入账，已列入异常清单待核实",
    ("refused", "order_ended"): "该单已经结束，所报内容未作处理",
    ("refused", "illegal_transition"): "该单目前所处阶段不能办理此事",
    ("refused", "left_already"): "货物已经发出，不能再报延期",
    ("refused", "delivered"): "货物已经发出，不能再撤单",
    ("refused", "no_ship_date"): "合同尚未签订，还没有约定的发货日期",
    ("refused", "not_later"): "新日期必须晚于已告知客户的日期",
    ("refused", "no_such_sample"): "该单没有这个编号的样品",
    ("refused", "void_sample"): "该样品依据的拆单已被退回，请重新打样",
    ("refused", "already_approved"): "该图纸已审核通过，新版未予采用；确需更改请先联系客服",
    ("refused", "already_judged"): "该样品已有结论，请重新打样后再评",
    ("refused", "impossible_plan"): "计划的先后日期有矛盾",
    ("refused", "note_issued"): "该送货单号已经用过，请换一个单号",
    ("refused", "no_installation"): "该单不含安装",
    ("refused", "order_differs"): "同一订单号此前已按另一内容接单，内容变更请走合同变更",
    ("refused", "not_yet_verified"): "与客户核实的时间还没有到",
    ("refused", "invalid"): "内容不符合约定的格式",
}


class ServiceAnswer(Part):
    """The latest answer of one service to one fact. `sequence` orders the answers of this service."""

    service: ListeningService
    outcome: Outcome
    sequence: int
    code: str | None = None
    reason: str | None = None
    at: Instant

    @property
    def said(self) -> str:
        """The answer in Chinese, as its department reads it."""
        why = _REASONS.get((self.outcome, self.code or ""), _OUTCOMES[self.outcome])
        return f"{NAMES[self.service]}：{why}"
