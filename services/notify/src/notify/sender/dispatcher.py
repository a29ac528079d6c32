"""Carries one message as far as it goes: judge, claim, send, mark; each a step of its own that may be the last."""

import asyncio
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import MappingProxyType
from uuid import UUID, uuid4, uuid5

import structlog

from notify.domain.composer import Composer
from notify.domain.judging import Candidate, Verdict, judge
from notify.domain.ledger import NOTHING, Entry, Ledger
from notify.domain.messages.purpose import Purpose
from notify.domain.messages.template import Words
from notify.domain.messages.variable import Unfit
from notify.domain.notification import Lane, Notification
from notify.domain.parts.answer import Answer, retry_later, unknown
from notify.domain.recipient import Recipient, stranger
from notify.gateways.gateway import Gateway, Outgoing
from notify.gateways.router import GatewayRouter
from notify.sender.metrics import SendingMetrics
from notify.store import Ledgers, Notifications, Recipients
from shared.aggregate import Cause, Change, Contention, Decision, NotFound, Refused, Unavailable
from shared.clock import Clock
from shared.contracts.event import Actor

log = structlog.get_logger()

SENDER = Actor(kind="service", id="notify")
PAUSE = timedelta(seconds=30)
NOBODY = stranger(UUID(int=0), "customer")
"""Somebody of whom nothing is known: what may not go out to everybody is not begun for anybody."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In real seconds: how long one attempt may take, how long its lease lasts, when to ask after an unknown one.

    The lease outlasts the budget by far: whoever is late has long stopped sending when another may begin.
    """

    budget: float = 10.0
    lease: float = 30.0
    looks: tuple[float, ...] = (15.0, 60.0, 300.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Begun:
    """A message that is born claimed by this process, and what it is going to send; `since` is a monotonic moment."""

    claimed: Notification
    gateway: Gateway
    words: Words
    since: float


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose time has come, whom it is for, what went out to that address lately, where that counts, and the
    message of its thread that says it newer, if one does.

    `begun` is how it was born, if that was claimed by this process.
    """

    notification: Notification
    recipient: Recipient
    ledger: Ledger = NOTHING
    newer: UUID | None = None
    begun: Begun | None = None


class Dispatcher:
    """Takes one queued message through its attempt. Several processes may hold couriers for the same messages."""

    def __init__(
        self,
        worker: str,
        notifications: Notifications,
        recipients: Recipients,
        ledgers: Ledgers,
        composer: Composer,
        gateways: GatewayRouter,
        clock: Clock,
        timeouts: Timeouts,
        metrics: SendingMetrics,
    ) -> None:
        self._worker = worker
        self._notifications = notifications
        self._recipients = recipients
        self._ledgers = ledgers
        self._composer = composer
        self._switchboard = gateways
        self._clock = clock
        self._timeouts = timeouts
        self._metrics = metrics

    async def collect(self, lane: Lane, limit: int, held: Container[UUID] = ()) -> list[Due]:
        """The next messages of a lane that nobody here holds, with what the policy has to know about each."""
        ready = await self._notifications.ready(lane, self._clock.now(), limit)
        return await self._known([each for each in ready if each.id not in held])

    def begin(self, draft: Notification) -> Begun | None:
        """Claim a message before it is born, if nothing known by now speaks against sending it at once.

        Birth and claim are one write then. What its recipient wants is asked after that, for many at a time.
        """
        now, purpose = self._clock.now(), self._composer.purpose(draft.purpose)
        if draft.state != "queued" or draft.not_before > now or purpose.remembered:
            return None
        if judge(_candidate(draft, purpose), NOBODY, NOTHING, purpose, self._composer.company, now).kind != "send":
            return None
        try:
            words = self._composer.words(draft)
        except Unfit:
            return None
        gateway = self._switchboard.choose(draft, words)
        if gateway is None:
            return None
        claimed = draft.claimed(self._worker, gateway.name, now, real_time(self._timeouts.lease)).state
        return Begun(claimed, gateway, words, monotonic())

    def late(self, begun: Begun) -> bool:
        """Whether the time that an attempt may take has passed already."""
        return monotonic() - begun.since > self._timeouts.budget

    async def meet(self, born: Sequence[Begun]) -> list[Due]:
        """Messages that were born claimed, with what the policy has to know about each."""
        return await self._known([each.claimed for each in born], {each.claimed.id: each for each in born})

    async def _known(
        self, messages: Sequence[Notification], begun: Mapping[UUID, Begun] = MappingProxyType({})
    ) -> list[Due]:
        people = await self._recipients.of(messages)
        counted = {each.id: self._counted_at(each, people[each.recipient]) for each in messages}
        ledgers = await self._ledgers.of(filter(None, counted.values()))
        newer = await self._notifications.newer_than([each for each in messages if self._gives_way(each)])
        return [
            Due(
                each,
                people[each.recipient],
                ledgers.get(counted[each.id], NOTHING),
                newer.get(each.id),
                begun.get(each.id),
            )
            for each in messages
        ]

    def _counted_at(self, notification: Notification, recipient: Recipient) -> str:
        """The address at which this message counts for caps and repetitions; empty when it counts nowhere."""
        if not self._composer.purpose(notification.purpose).remembered:
            return ""
        routed = notification.routed(recipient)
        return routed.way.address if routed.ways else ""

    def _gives_way(self, notification: Notification) -> bool:
        return notification.thread is not None and self._composer.purpose(notification.purpose).supersede

    async def carry(self, due: Due) -> None:
        """One message, as far as it goes now. Losing it to another process is no trouble."""
        notification, recipient = due.notification, due.recipient
        try:
            verdict = await self._judged(due)
            if due.begun:
                await self._go_on(due.begun, recipient, verdict)
            elif verdict.kind != "send":
                await self._withhold(notification, verdict)
            else:
                await self._attempt(notification.routed(recipient), recipient)
        except (Refused, NotFound, Contention, Unavailable) as error:
            log.debug("left_alone", notification=notification.id, reason=str(error))

    async def _judged(self, due: Due) -> Verdict:
        """Ask the policy; where caps and repetitions count, the address remembers a yes in the same decision."""
        if due.newer:
            return Verdict("suppress", f"superseded:{due.newer}")
        notification, recipient = due.notification, due.recipient
        now = self._clock.now()
        purpose = self._composer.purpose(notification.purpose)
        candidate = _candidate(notification, purpose)
        verdict = judge(candidate, recipient, due.ledger, purpose, self._composer.company, now)
        if verdict.kind != "send" or due.ledger is NOTHING:
            return verdict
        entry = Entry(notification=notification.id, purpose=purpose.name, words=candidate.words, at=now)

        def admit(current: Ledger) -> Change[Ledger]:
            again = judge(candidate, recipient, current, purpose, self._composer.company, now)
            return current.let_out(entry) if again.kind == "send" else Change(current)

        cause = self._cause(notification, f"judged/{notification.not_before.isoformat()}/{len(notification.attempts)}")
        admitted = await self._ledgers.apply(due.ledger.id, admit, cause, due.ledger)
        return judge(candidate, recipient, admitted, purpose, self._composer.company, now)

    async def _go_on(self, begun: Begun, recipient: Recipient, verdict: Verdict) -> None:
        """Send what was born claimed; what its recipient wants otherwise is given back, and judged like any other."""
        claimed = begun.claimed
        if verdict.kind == "send" and claimed.ways_to(recipient) == claimed.ways:
            await self._deliver(begun)
        else:
            cause = self._cause(claimed, f"released/{claimed.fence}")
            await self._insist(claimed.id, lambda current: current.released(claimed.fence), cause)

    async def _withhold(self, notification: Notification, verdict: Verdict) -> None:
        now = self._clock.now()
        reason, _, by = verdict.reason.partition(":")
        self._metrics.withheld(notification, reason)

        def hold(current: Notification) -> Change[Notification]:
            if verdict.kind == "defer" and verdict.until:
                return current.deferred(reason, verdict.until, now)
            if reason == "expired" and current.attempts:
                return current.given_up(now)
            return current.suppressed(reason, UUID(by) if by else None)

        await self._notifications.apply(notification.id, hold, self._cause(notification, f"withheld/{now.isoformat()}"))

    async def _attempt(self, notification: Notification, recipient: Recipient) -> None:
        if not notification.ways:
            cause = self._cause(notification, "no_way")
            await self._notifications.apply(
                notification.id, lambda current: current.routed(recipient).unreachable(), cause
            )
            return
        try:
            words = self._composer.words(notification)
        except Unfit as error:
            why = str(error)
            cause = self._cause(notification, f"unfit/{notification.step}")
            await self._notifications.apply(
                notification.id,
                lambda current: current.routed(recipient).unfit(why, self._clock.now()),
                cause,
            )
            return
        gateway = self._switchboard.choose(notification, words)
        if gateway is None:
            await self._wait_for_gateway(notification, recipient, words)
            return
        since = monotonic()
        claimed = await self._claim(notification, recipient, gateway)
        await self._deliver(Begun(claimed, gateway, words, since))

    async def _deliver(self, begun: Begun) -> None:
        answer = await self._send(begun)
        gateway, words = begun.gateway, begun.words
        self._metrics.answered(begun.claimed, gateway.name, answer, monotonic() - begun.since)
        if self._switchboard.heard(gateway, words, answer):
            log.error("gateway_out_of_order", gateway=gateway.name, code=answer.code, detail=answer.detail)
        await self._mark(begun.claimed, answer, words)

    async def _claim(self, notification: Notification, recipient: Recipient, gateway: Gateway) -> Notification:
        fence = notification.fence + 1
        now, until = self._clock.now(), real_time(self._timeouts.lease)

        def claim(current: Notification) -> Change[Notification]:
            if (current.fence, current.pieces) != (notification.fence, notification.pieces):
                raise Refused("somebody else has claimed it, or it tells more now; read it again", "not_claimed")
            return current.routed(recipient).claimed(self._worker, gateway.name, now, until)

        return await self._notifications.apply(
            notification.id, claim, self._cause(notification, f"claimed/{fence}/{uuid4()}")
        )

    async def _send(self, begun: Begun) -> Answer:
        """Send within what is left of the budget since before the claim. What is cut off is unknown, not failed."""
        left = self._timeouts.budget - (monotonic() - begun.since)
        if left <= 0:
            return retry_later("too_late", "claiming took longer than an attempt may take", wait=0.0)
        claimed, gateway = begun.claimed, begun.gateway
        message = Outgoing(claimed.id, claimed.way.address, begun.words, claimed.attempts[-1].began_at)
        try:
            async with asyncio.timeout(left):
                return await gateway.send(message)
        except TimeoutError:
            return unknown("cut_off", f"no answer within {self._timeouts.budget:g} s")
        except Exception as error:
            log.exception("gateway_broke", gateway=gateway.name, error=repr(error))
            return unknown("broke", repr(error))

    async def _mark(self, claimed: Notification, answer: Answer, words: Words) -> None:
        cause = self._cause(claimed, f"answered/{claimed.fence}")
        now, look_at = self._clock.now(), real_time(self._timeouts.looks[0])
        await self._insist(
            claimed.id, lambda current: current.answered(claimed.fence, answer, words, now, look_at), cause
        )

    async def _insist(self, id: UUID, decide: Decision[Notification], cause: Cause) -> None:
        """Write it down, however long that takes: trouble with the books must never send anything again."""
        await self._notifications.group_commit.commit_or_wait(cause, self._notifications.touch(id, decide))

    async def _wait_for_gateway(self, notification: Notification, recipient: Recipient, words: Words) -> None:
        now = self._clock.now()
        pause = self._switchboard.opens_in(notification, words)
        until = now + max(timedelta(seconds=pause), PAUSE) * max(self._clock.rate, 1.0)

        def wait(current: Notification) -> Change[Notification]:
            if current.step + 1 < len(current.ways):
                return current.routed(recipient).unfit("no_provider", now)
            return current.waiting(until)

        cause = self._cause(notification, f"no_gateway/{notification.step}/{now.isoformat()}")
        await self._notifications.apply(notification.id, wait, cause)

    def _cause(self, notification: Notification, what: str) -> Cause:
        id = uuid5(notification.id, what)
        return Cause(id=id, correlation=notification.correlation, actor=SENDER, at=self._clock.now(), kind="deadline")


def _candidate(notification: Notification, purpose: Purpose) -> Candidate:
    words = notification.words_hash if purpose.remembered else ""
    return Candidate(notification.id, words, notification.expires_at)


def real_time(ahead: float) -> datetime:
    """So many seconds from now on the wall, whatever the business clock shows."""
    return datetime.now(UTC) + timedelta(seconds=ahead)
