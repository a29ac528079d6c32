"""Calls as pages: those of each stage by when they are due, and one with its script, its answers and its record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AliasPath, Field

from intake.api import readers
from intake.api.callbacks import CallbackRow, rule_of, script_of, viewed
from intake.domain.callback import Callback, possible, waiting
from intake.domain.lifecycle import CallbackStage
from intake.domain.parts.chain import Entry
from intake.domain.parts.company import Company
from intake.domain.policy.policy import Rules
from intake.domain.policy.script import Script
from intake.pages.words import (
    AUDITED,
    CALLBACK_STAGES,
    CALLBACK_WAYS,
    RATINGS,
    WAIVED_BECAUSE,
    WITHDRAWN_BECAUSE,
)
from intake.store import Callbacks, Stores
from shared.contracts.event import Actor
from shared.http import After, AskedBy, Router
from shared.identity.reach import as_read
from shared.language import _
from shared.pages.forms import Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.strip import strip
from shared.pages.timeline import PastMoment, timeline

CALLS_SHOWN = 50
"""Calls on one page."""
CALLS_COUNTED = 999
"""Up to which number the calls that are owed are counted."""

RECORDED: Mapping[str, str] = MappingProxyType(
    {
        "manager_heard": "先问客户经理",
        "appointed": "另约时间",
        "completed": "回访",
        "audited": "抽查回访",
        "waived": "准予免回访",
        "withdrawn": "不必再回访",
    }
)
"""What an entry of a call's record is about."""


class CallRow(CallbackRow):
    """A call as a line of the list, with who wrote the last entry of its record."""

    last_by: Actor | None = Field(default=None, validation_alias=AliasPath("file", -1, "by"))


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call with its words, as it is read here."""

    row: CallRow
    kind: str
    about: str
    due: str
    late: bool
    who: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was asked, and what the customer answered."""

    title: str
    text: str


def routes(stores: Stores, rules: Rules, company: Company, forms: Forms, render: Renderer) -> Sequence[APIRouter]:
    """The list of calls, and the page of one."""
    return _list(stores.callbacks, rules, render), _page(stores, rules, company, forms, render)


def _list(callbacks: Callbacks, rules: Rules, render: Renderer) -> APIRouter:
    router = Router(readers=readers.CALLBACKS, tags=["pages"], prefix="/ui/callbacks", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_calls(request: Request, stage: CallbackStage = "open", after: After = None) -> Response:
        """The calls in one stage: what is owed by when it is due, anything else the latest first."""
        now = request.app.state.time.now()
        sort = "due_at" if stage == "open" else "-due_at"
        page = await callbacks.rows(CallRow, {"stage": stage}, sort=sort, after=after, limit=CALLS_SHOWN)
        return render(
            "callbacks.html",
            lines=[_line(row, rules, now) for row in page.items],
            count=await callbacks.count({"stage": "open"}, CALLS_COUNTED),
            stages=CALLBACK_STAGES,
            stage=stage,
            next=page.next,
            after=after,
        )

    return router


def _page(stores: Stores, rules: Rules, company: Company, forms: Forms, render: Renderer) -> APIRouter:
    router = Router(readers=readers.CALLBACKS, tags=["pages"], prefix="/ui/callbacks", include_in_schema=False)

    @router.get("/{callback_id}", response_class=HTMLResponse)
    async def show_call(callback_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One call: whom to ask for, what to say whichever way it goes, and the form of what the customer said."""
        now: datetime = request.app.state.time.now()
        callback = await stores.callbacks.get(callback_id)
        contacts = (await viewed(stores, rules, callback, now)).contacts_now
        script = await script_of(callback, stores, rules, company, asker.id, now)
        rule = rule_of(callback, rules)
        allowed = possible(callback, rule, now)
        lacking = waiting(callback, rule, now)
        acts = forms.acts(allowed, asker, callback.id, _seen(callback, script, rules, now), lacking=lacking)
        writing = next((act.form for act in acts if act.form and act.form.decision == "complete"), None)
        request.state.personal = True
        return render(
            "callback.html",
            call=callback,
            title=rule.clock.title,
            stage=_(CALLBACK_STAGES[callback.stage]),
            contacts=[as_read(each, asker, readers.WHOLE_FILES) for each in contacts],
            first=contacts[0].title or contacts[0].name if contacts else callback.customer.title,
            facts=_facts(callback),
            script=script,
            ratings=RATINGS,
            length=script.longest,
            limit=rules.of(callback).longest_script,
            rule=rule,
            clocks=strip(callback, rules.calendar, now),
            answers=[each for entry in callback.file if entry.kind == "completed" for each in _answers(entry, script)],
            writing=writing,
            acts=[act for act in acts if not (act.form and act.form is writing)],
            past=timeline((_moment(entry) for entry in callback.file), rules.calendar.zone),
        )

    return router


def _seen(callback: Callback, script: Script, rules: Rules, now: datetime) -> Mapping[str, Filled]:
    """Each question of the script is asked; those that the policy does not require may stay unanswered."""
    rule = rule_of(callback, rules)
    optional = frozenset(f"ratings.{name}" for name in script.asks if name not in rule.questions)
    required = frozenset({"detail"} if rule.detailed else ())
    hour = rules.calendar.local(now + timedelta(hours=1)).replace(minute=0)
    later = min(hour, rules.calendar.local(callback.due_at))
    return {
        "complete": Filled(headings={"ratings": script.asks}, optional=optional, required=required),
        "audit": Filled(headings={"ratings": {name: _(title) for name, title in AUDITED.items()}}),
        "appoint": Filled(begun={"at": f"{later:%Y-%m-%dT%H:%M}"}),
        "waive": Filled(offered={"report_id": ()}),
    }


def _facts(callback: Callback) -> Sequence[Said]:
    """What the call is about, as far as it is known."""
    reason = callback.reason
    known = (
        (_("订单"), reason.order_no),
        (_("投诉"), reason.complaint_no),
        (_("阶段"), reason.stage and _(reason.stage)),
        (_("服务内容"), reason.item),
        (_("服务日期"), reason.on and reason.on.isoformat()),
        (_("来访人员"), reason.visitor),
        (_("客户方便的时间"), callback.preferred_slot),
        (_("客户经理介绍的情况"), callback.manager_word and callback.manager_word.said),
    )
    return [Said(title, text) for title, text in known if text]


def _answers(entry: Entry, script: Script) -> Iterator[Said]:
    """What the customer said, in the order in which it was asked; a question that is asked no more has its name."""
    said = entry.content
    if branch := said.get("branch"):
        yield Said(_("客户总体评价"), _(RATINGS.get(branch, branch)))
    ratings = said.get("ratings") or {}
    for name in dict.fromkeys((*script.asks, *ratings)):
        if name in ratings:
            yield Said(script.asks.get(name, name), ratings[name])
    written = {"aspect": _("对哪方面不满意"), "detail": _("客户原话"), "suggestion": _("客户的建议")}
    for name, title in written.items():
        if said.get(name):
            yield Said(title, said[name])
    if via := said.get("via"):
        yield Said(_("联系方式"), _(CALLBACK_WAYS.get(via, via)))


def _moment(entry: Entry) -> PastMoment:
    """An entry of the call's record, in words."""
    said = entry.content
    because: Mapping[str, Mapping[Any, str]] = {"waived": WAIVED_BECAUSE, "withdrawn": WITHDRAWN_BECAUSE}
    reason = because.get(entry.kind, {}).get(said.get("reason"), "")
    text = next((said[name] for name in ("said", "words", "remarks", "detail") if said.get(name)), "")
    by = entry.by.id if entry.by.kind == "staff" else ""
    return PastMoment(entry.at, _(RECORDED[entry.kind]), by, _(reason) or text)


def _line(row: CallRow, rules: Rules, now: datetime) -> CallLine:
    reason = row.reason
    return CallLine(
        row,
        _(rule_of(row, rules).clock.title),
        reason.order_no or reason.complaint_no or "",
        f"{rules.calendar.local(row.due_at):%m-%d %H:%M}",
        row.stage == "open" and row.due_at < now,
        _who(row),
    )


def _who(row: CallRow) -> str:
    """Whose an open call is; of any other one who made it or let it go; empty where an event did."""
    if row.stage == "open":
        return row.assignee or _(row.assignee_role.chinese)
    return row.completed_by or (row.last_by.id if row.last_by and row.last_by.kind == "staff" else "")
