"""The liaison slip between departments, in one copy for each side (000 §3.3.3, form 9)."""

from notify.domain.slip import Slip
from shared.pages.papers import INTERNAL, Box, Paper, Press
from shared.pages.words import DEPARTMENTS


def slip_sheet(slip: Slip, press: Press) -> Paper:
    """From whom to whom, what it is about, and who has read it when; room for a signature where no colleague has."""
    read = f"{slip.acknowledged_by} {press.at(slip.acknowledged_at)}" if slip.acknowledged_by else ""
    return Paper(
        "事务联络单",
        slip.slip_no,
        (
            (Box("发出人", slip.from_staff), Box("发出时间", press.at(slip.posted_at))),
            (Box("接收部门", DEPARTMENTS[slip.to_department]), Box("指定同事", slip.to_staff or "")),
            (Box("内容", slip.text, tall=True),),
            (
                Box("要求确认", press.at(slip.acknowledge_by) or "不要求"),
                Box("催办", f"{slip.chases}次" if slip.chases else ""),
            ),
            (Box("接收确认", signed=read),),
        ),
        copies=("第一联　发出人存", "第二联　接收部门存"),
        mark=INTERNAL,
        note="表9",
    )
