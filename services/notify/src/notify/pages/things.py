"""The pages of what customer service owes for a message: whose a reply is, and who tells what no message could."""

from collections.abc import Sequence

from fastapi import APIRouter

from notify.api.readers import READERS
from notify.domain.lifecycle import UNREACHED
from notify.domain.policy.policy import Rules
from notify.domain.reply import Reply
from notify.domain.roles import DESK
from notify.domain.unreached import Unreached
from notify.pages.words import ATTRIBUTING, HOW, TELLING, UNREACHED_REASONS, UNREACHED_STAGES
from notify.store import Stores
from shared.calendar import Calendar
from shared.language import _
from shared.lifecycle import Possible
from shared.logs import masked
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.pages.thing import ShownThing, ThingPages, Titled, told_at


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter], render: Renderer) -> Sequence[APIRouter]:
    """The page of each such duty."""
    pages = ThingPages(rules.calendar, render)
    about_replies = Forms("notify", "/replies/{reply_id}", asked, ATTRIBUTING)
    about_unreached = Forms("notify", "/unreached/{unreached_id}", asked, TELLING)
    return (
        pages.of("replies", stores.replies, READERS, about_replies, _reply),
        pages.of("unreached", stores.unreached, READERS, about_unreached, _unreached),
    )


def _reply(reply: Reply, calendar: Calendar) -> ShownThing:
    open_still = bool(reply.running)
    return ShownThing(
        _("客户的回复"),
        _("还不知道是谁的") if open_still else _("已认定"),
        (Possible(decision="attribute", roles=DESK),) if open_still else (),
        (
            Titled(_("来自"), masked(reply.address)),
            Titled(_("收到"), told_at(reply.at, calendar)),
            Titled(_("由谁认定"), reply.attributed_by or ""),
        ),
        (Titled(_("回复内容"), reply.text), Titled(_("认定说明"), reply.note)),
        customer=reply.customer_id,
    )


def _unreached(duty: Unreached, calendar: Calendar) -> ShownThing:
    return ShownThing(
        _("没有送到客户的消息"),
        _(UNREACHED_STAGES[duty.stage]),
        UNREACHED.possible(duty.stage),
        (
            Titled(_("关于"), duty.about or ""),
            Titled(_("没有送到的原因"), _(UNREACHED_REASONS.get(duty.reason) or UNREACHED_REASONS["other"])),
            Titled(_("从何时起"), told_at(duty.since, calendar)),
            Titled(_("告知方式"), _(HOW[duty.how]) if duty.how else ""),
            Titled(_("办结"), " ".join(filter(None, (duty.ended_by, told_at(duty.ended_at, calendar))))),
        ),
        (Titled(_("客户本该看到的话"), duty.untold), Titled(_("告知了什么"), duty.note)),
        customer=duty.customer_id,
    )
