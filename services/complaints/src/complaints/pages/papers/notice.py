"""The reward and penalty notice after a case (003 §28); its customer never hears of it."""

from complaints.domain.penalty import Penalty
from shared.pages.papers import INTERNAL, Box, Paper, Press, yes_or_no
from shared.pages.words import DEPARTMENTS, money

PARTS = {"direct": "直接责任人", "department_head": "部门负责人"}


def penalty_notice(penalty: Penalty, press: Press) -> Paper:
    """Whom it concerns, by which measure of the standard, who proposed it and who decided."""
    what = penalty.what
    decided = None if penalty.decided is None else penalty.stage != "rejected"
    return Paper(
        "奖罚通知单",
        penalty.notice_no or "未编号",
        (
            (Box("当事人", what.target), Box("部门", DEPARTMENTS[what.department]), Box("身份", PARTS[what.part])),
            (Box("投诉编号", penalty.case.complaint_no), Box("奖罚标准", f"第{penalty.standard_version}版")),
            (Box("处分", penalty.title), Box("金额", money(what.amount))),
            (
                Box(
                    "事由",
                    penalty.reason,
                    signed=f"{penalty.proposed_by} {press.at(penalty.proposed_at)}",
                    tall=True,
                ),
            ),
            (
                Box(
                    "批示",
                    f"{yes_or_no(decided, '核准', '不核准')}\n{penalty.note}",
                    signed=press.signed(penalty.decided),
                ),
            ),
            (Box("人事办理", signed=press.signed(penalty.noticed)),),
        ),
        copies=("人事部存",),
        mark=INTERNAL,
        note="核准后由人事部执行。",
    )
