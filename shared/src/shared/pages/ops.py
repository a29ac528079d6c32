"""How a service is, for operators: what it depends on, its queues, what failed alike, and how to bring that back.

The acts are those of the operators' routes (`shared.parking.api`); a rehearsal stands above every replay.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from shared.audit.trail import Asked, Audit
from shared.contracts.roles import Role
from shared.http import AskedBy, Router
from shared.language import _
from shared.pages.forms import Act, Filled, Forms, FormWords
from shared.pages.rendering import Renderer
from shared.pages.words import SERVICES
from shared.parking.api import ParkedRow, grouped
from shared.parking.dead_group import DeadGroups, GroupMark, group_id_of
from shared.parking.parked import Parked, ParkedState, possible
from shared.parking.retries import Retries
from shared.parking.store import Parking
from shared.seals.check import SealWatch

MESSAGES_SHOWN = 20
"""Messages of a group on its page, the oldest first."""
GROUPS = 50
"""Groups on the card of a service, the largest."""
REHEARSED = 50
"""As many of a group are rehearsed for its page, the oldest."""
MESSAGES_COUNTED = 10_000
"""Up to which number messages are counted."""
TRACES = 10
"""Entries of the audit trail that are shown."""
LOOK_AGAIN_MILLISECONDS = 2_000
"""Milliseconds until the page of a group looks again while some of it are being tried."""

STATES: Mapping[ParkedState, str] = {
    "suspect": "疑似致崩",
    "parked": "等待重试",
    "dead": "已放弃",
    "dropped": "已丢弃",
    "settled": "已补办",
}
KINDS = {"refused": "拒绝", "read": "查阅", "act": "操作", "export": "导出"}

WORDS = FormWords(
    decisions={"replay": "重放", "drop": "丢弃", "edit": "提出改正", "confirm": "确认改正", "mark": "登记"},
    fields={
        "queue": "队列",
        "key": "事件",
        "code": "出错的原因",
        "per_second": "每秒最多几条",
        "reason": "为什么丢弃",
        "body": "改正后的内容",
        "edit": "所见的改正",
        "owner": "负责人",
        "note": "处理说明",
        "held": "先搁置",
    },
    asides={"held": "原因已知，等条件具备再重放；要有负责人"},
)


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a service says of itself: what it depends on, each `ok` or what is wrong, and how much is under way.

    `queues` are its own, each with its depth and its consumers. `providers` are other companies' systems that it uses,
    each with what is known of it.
    """

    version: str
    checks: Mapping[str, str]
    figures: Mapping[str, Any]
    queues: Sequence[tuple[str, int, int]]
    providers: Mapping[str, str]


Tell = Callable[[], Awaitable[OwnState]]


def routes(
    service: str,
    tell: Tell,
    parking: Parking,
    groups: DeadGroups,
    retries: Retries,
    asked: APIRouter,
    audit: Audit,
    watch: SealWatch,
    zone: ZoneInfo,
    render: Renderer,
) -> APIRouter:
    """The card of the service, the page of a group and the page of one message; `asked` are the routes for the acts."""
    router = Router(readers=(Role.OPERATOR,), tags=["pages"], prefix="/ui/ops", include_in_schema=False)
    all_of_them = Forms(service, "/dead", (asked,), WORDS)
    of_group = Forms(service, "/dead/groups", (asked,), WORDS)
    one = Forms(service, "/dead/{id}", (asked,), WORDS)

    def said(at: datetime) -> str:
        return f"{at.astimezone(zone):%m-%d %H:%M}"

    @router.get("", response_class=HTMLResponse)
    async def show_service() -> Response:
        """How the service is, and what could not be handled, by groups."""
        state, check = await tell(), await watch.last()
        traces = await audit.entries(Asked(), limit=TRACES)
        dead = await grouped(parking, groups, "dead")
        deep = [each for each in state.queues if each[1] or not each[2]]
        return render(
            "ops-service.html",
            service=service,
            title=_(SERVICES.get(service, service)),
            state=state,
            well=all(each == "ok" for each in state.checks.values()),
            deep=sorted(deep, key=lambda each: -each[1]),
            quiet=len(state.queues) - len(deep),
            groups=[(group, said(group.oldest)) for group in dead[:GROUPS]],
            all_held=all(group.held for group in dead),
            counts={
                name: await parking.count({"state": name}, MESSAGES_COUNTED) for name in ("parked", "suspect", "dead")
            },
            states=STATES,
            check=check,
            checked=said(check.done_at) if check.done_at else "",
            found=[each for each in check.reported if not each.accepted],
            traces=[(said(each.at), _(KINDS[each.kind]), each) for each in traces.items],
        )

    @router.get("/groups", response_class=HTMLResponse)
    async def show_group(
        queue: Annotated[str, Query(max_length=200)], code: Annotated[str, Query(max_length=100)]
    ) -> Response:
        """What failed alike: what a replay of it would come to, how far one has come, and the messages."""
        where = {"queue": queue, "code": code}
        counts = {name: await parking.count({**where, "state": name}, MESSAGES_COUNTED) for name in STATES}
        dead = await parking.rows(ParkedRow, {**where, "state": "dead"}, sort="first_at", limit=MESSAGES_SHOWN)
        met = await retries.rehearse_all(where, REHEARSED) if counts["dead"] else Counter[Any]()
        marks = (await groups.find({"id": group_id_of(queue, code)})).items
        last = marks[0].mark if marks else None
        form = all_of_them.draw("replay", "", Filled(given=where, offered={"key": ()}))
        return render(
            "ops-group.html",
            service=service,
            title=_(SERVICES.get(service, service)),
            queue=queue,
            code=code,
            counts={_(STATES[name]): count for name, count in counts.items() if count},
            under_way=counts["parked"],
            again=LOOK_AGAIN_MILLISECONDS,
            done=counts["settled"],
            would=met[None],
            obstacles=[(what, count) for what, count in met.most_common() if what],
            rehearsed=sum(met.values()),
            rows=[(row, said(row.first_at)) for row in dead.items],
            form=form if counts["dead"] else None,
            care=of_group.draw("mark", "", Filled(given=where, begun=_begun(last))),
            last=last,
            marks=[(said(each.at), each) for each in reversed(marks[0].marks)] if marks else [],
        )

    @router.get("/letters/{id}", response_class=HTMLResponse)
    async def show_letter(id: UUID, request: Request, asker: AskedBy) -> Response:
        """One message with its body, what went wrong, what people did to it, and what may be done."""
        parked = await parking.get(id)
        request.state.personal = True
        return render(
            "ops-letter.html",
            service=service,
            title=_(SERVICES.get(service, service)),
            parked=parked,
            state=_(STATES[parked.state]),
            body=parked.letter.body if parked.letter else "",
            times=(said(parked.first_at), said(parked.last_at)),
            past=[(said(note.at), note) for note in parked.history],
            acts=_acts(parked, one, asker.id),
        )

    return router


def _begun(mark: GroupMark | None) -> dict[str, str]:
    """What stands in the form of a group to begin with."""
    known = {"owner": mark.owner, "note": mark.note, "held": "true" if mark.held else None} if mark else {}
    return {name: value for name, value in known.items() if value}


def _acts(parked: Parked, forms: Forms, asker: str) -> list[Act]:
    """What may be done about it now; an edit is confirmed by another person than the one who proposed it."""
    known = possible(parked.state, message=parked.letter is not None, proposed=parked.edit is not None)
    decisions = {each.decision for each in known}
    who = _(Role.OPERATOR.chinese)
    found = []
    if parked.edit and parked.edit.by.id != asker and "confirm_edit" in decisions:
        found.append(forms.draw("confirm", parked.id, Filled(given={"edit": str(parked.edit.id)})))
    if "replay" in decisions:
        found.append(forms.draw("replay", parked.id))
    if parked.letter and "propose_edit" in decisions:
        found.append(forms.draw("edit", parked.id, Filled(begun={"body": parked.letter.body})))
    if "drop" in decisions:
        found.append(forms.draw("drop", parked.id))
    return [Act(form.title, who, form) for form in found]
