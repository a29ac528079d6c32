"""Decides about one message whose time has come: it goes out now, later or never; and claims it before it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import structlog

from notify.composer import Composer
from notify.domain.decisions.asking import end, fail_unreachable
from notify.domain.decisions.claiming import claim, route
from notify.domain.decisions.ledgers import let_out
from notify.domain.decisions.ways import try_next_way
from notify.domain.decisions.withholding import wait_for_provider, withhold
from notify.domain.ledger import UNCOUNTED, Ledger
from notify.domain.messages.template import Words
from notify.domain.messages.variable import Unfit
from notify.domain.notification import Notification, address
from notify.domain.parts.entry import Entry
from notify.domain.parts.piece import Piece
from notify.domain.parts.verdict import Verdict
from notify.domain.recipient import Recipient, unknown_recipient
from notify.gateways.gateway import Gateway
from notify.gateways.router import GatewayRouter
from notify.sender.causes import Causes
from notify.sender.due import Due
from notify.sender.handover import Claimed, HandoverToGateway
from notify.sender.metrics import SendingMetrics
from notify.sender.timing import Timeouts, real_time
from notify.store import Stores
from shared.aggregate import Cause, Change, Contention, Decision, NotFound, Refused, Unavailable
from shared.time_source import TimeSource

log = structlog.get_logger()

PAUSE = timedelta(seconds=30)
"""How long a message waits at least when every provider of its channel is out of order."""
UNKNOWN = unknown_recipient(UUID(int=0), "customer")
"""A recipient of whom nothing is known: what may not go out to every recipient is not claimed at its birth."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """A message is judged once before it is claimed, and once more where something else may have been decided since:
    by the address that counts it, or, if it was born claimed, when its recipient has been read.

    Several processes may hold the same message. The claim is refused to all but one.
    """

    worker: str
    stores: Stores
    composer: Composer
    gateways: GatewayRouter
    handover: HandoverToGateway
    causes: Causes
    time: TimeSource
    timeouts: Timeouts
    metrics: SendingMetrics

    def claim_at_birth(self, draft: Notification) -> Claimed | None:
        """Claim a message before it is born, if nothing known by now speaks against sending it now.

        Birth and claim are one write then. What its recipient wants is asked after that, for many at a time.
        """
        if draft.stage != "queued" or draft.not_before > self.time.now():
            return None
        if self.composer.purpose_of(draft).remembered or self._judge(draft, UNKNOWN).kind != "send":
            return None
        try:
            words = self.composer.words(draft, self.time.now())
        except Unfit:
            return None
        gateway = self.gateways.choose(draft, words)
        if gateway is None:
            return None
        change = claim(draft, self.worker, gateway.name, self._lease(), self._cause(draft, "born_claimed"))
        return Claimed(change.state, gateway, words, monotonic())

    async def dispatch(self, due: Due) -> None:
        """One message, as far as it goes now. Losing it to another process is no trouble."""
        notification, recipient = due.notification, due.recipient
        over = due.newer or all(piece in due.untrue for piece in notification.pieces)
        verdict = Verdict("suppress", "superseded", by=due.newer) if over else None
        verdict = verdict or self._judge(notification, recipient, due.ledger)
        try:
            if due.claimed:
                await self._send_or_release(due.claimed, recipient, verdict)
            elif verdict.kind != "send":
                await self._withhold(notification, verdict)
            elif due.untrue:
                await self._leave_out(notification, due.untrue)
            elif await self._admitted(notification, recipient, due.ledger):
                await self._attempt(notification, recipient)
        except (Refused, NotFound, Contention, Unavailable) as error:
            log.debug("left_alone", notification=notification.id, reason=error)

    async def give_back(self, claimed: Claimed) -> None:
        """The claim of what was born too late to be sent under it; it goes out like any other, at once."""
        try:
            await self.handover.release(claimed)
        except (Refused, NotFound, Contention) as error:
            log.debug("left_alone", notification=claimed.notification.id, reason=error)

    async def _send_or_release(self, claimed: Claimed, recipient: Recipient, verdict: Verdict) -> None:
        """Send what was born claimed; what its recipient wants otherwise is given back, and judged like any other."""
        if verdict.kind == "send" and _goes_to(claimed.notification, recipient):
            await self.handover.send(claimed)
        else:
            await self.handover.release(claimed)

    async def _withhold(self, notification: Notification, verdict: Verdict) -> None:
        self.metrics.withheld(notification, verdict.reason)
        cause = self._cause(notification, f"withheld/{self.time.now().isoformat()}")
        await self._decide(notification, lambda current: withhold(current, verdict, cause), cause)

    async def _leave_out(self, notification: Notification, untrue: Sequence[Piece]) -> None:
        """What is still true is told without these pieces; it is read again before it goes."""
        cause = self._cause(notification, f"left_out/{uuid4()}")
        await self._decide(notification, lambda current: end(current, untrue.__contains__, cause), cause)

    async def _admitted(self, notification: Notification, recipient: Recipient, ledger: Ledger) -> bool:
        """Whether its address counts it: judged again in that decision, for another message may just have gone there.

        A message that is not admitted is left alone; it is read again with what its address knows by then.
        """
        if ledger is UNCOUNTED or ledger.has_let_out(notification.id):
            return True
        cause = self._cause(notification, f"admitted/{uuid4()}")
        entry = Entry(
            notification=notification.id, purpose=notification.purpose, words=notification.words_hash, at=cause.at
        )

        def admit(current: Ledger) -> Change[Ledger]:
            verdict = self._judge(notification, recipient, current)
            return let_out(current, entry, cause) if verdict.kind == "send" else Change(current)

        counted = await self.stores.ledgers.apply(ledger.id, admit, cause, ledger)
        return counted.has_let_out(notification.id)

    async def _attempt(self, notification: Notification, recipient: Recipient) -> None:
        """Claim it over the first way that works now and hand it over; or say why no way does."""
        routed = route(notification, recipient, self._cause(notification, "routed")).state
        if not routed.ways:
            cause = self._cause(notification, "no_way")
            await self._decide_routed(routed, recipient, lambda current: fail_unreachable(current, cause), cause)
            return
        if not routed.way.address:
            await self._leave_way(routed, recipient, "no_address", "it was removed from the file")
            return
        try:
            words = self.composer.words(routed, self.time.now())
        except Unfit as error:
            await self._leave_way(routed, recipient, "unfit", str(error))
            return
        gateway = self.gateways.choose(routed, words)
        if gateway is None:
            await self._wait_for_provider(routed, recipient, words)
            return
        since = monotonic()
        claimed = await self._claim(routed, recipient, gateway)
        await self.handover.send(Claimed(claimed, gateway, words, since))

    async def _leave_way(self, notification: Notification, recipient: Recipient, code: str, why: str) -> None:
        cause = self._cause(notification, f"{code}/{notification.step}")
        await self._decide_routed(
            notification, recipient, lambda current: try_next_way(current, code, why, None, cause), cause
        )

    async def _claim(self, notification: Notification, recipient: Recipient, gateway: Gateway) -> Notification:
        until = self._lease()
        cause = self._cause(notification, f"claimed/{notification.fence + 1}/{uuid4()}")

        def decide(current: Notification) -> Change[Notification]:
            if (current.fence, current.pieces) != (notification.fence, notification.pieces):
                raise Refused("it has been claimed meanwhile, or it tells more now; read it again", "not_claimed")
            return claim(current, self.worker, gateway.name, until, cause)

        return await self._decide_routed(notification, recipient, decide, cause)

    async def _wait_for_provider(self, notification: Notification, recipient: Recipient, words: Words) -> None:
        now = self.time.now()
        pause = timedelta(seconds=self.gateways.opens_in(notification, words))
        until = now + max(pause, PAUSE) * max(self.time.rate, 1.0)
        cause = self._cause(notification, f"no_gateway/{notification.step}/{now.isoformat()}")

        def decide(current: Notification) -> Change[Notification]:
            if current.ways_left:
                return try_next_way(current, "unfit", "no_provider", None, cause)
            return wait_for_provider(current, until, cause)

        await self._decide_routed(notification, recipient, decide, cause)

    async def _decide_routed(
        self, notification: Notification, recipient: Recipient, decide: Decision[Notification], cause: Cause
    ) -> Notification:
        """A decision about the message on the ways to its recipient."""
        return await self._decide(notification, lambda current: route(current, recipient, cause).then(decide), cause)

    async def _decide(self, notification: Notification, decide: Decision[Notification], cause: Cause) -> Notification:
        return await self.stores.notifications.apply(notification.id, decide, cause)

    def _judge(self, notification: Notification, recipient: Recipient, ledger: Ledger = UNCOUNTED) -> Verdict:
        policy, timezone = self.composer.policy_of(notification), self.composer.company.timezone
        return notification.verdict(recipient, ledger, policy, timezone, self.time.now())

    def _lease(self) -> datetime:
        return real_time(self.timeouts.lease)

    def _cause(self, notification: Notification, what: str) -> Cause:
        return self.causes.of(notification.id, what, notification.correlation)


def _goes_to(claimed: Notification, recipient: Recipient) -> bool:
    """Whether what was claimed at its birth is addressed as the file says by now."""
    now = claimed.but(ways=claimed.ways_to(recipient))
    addressed = address(claimed, recipient)
    return (now.ways, addressed.name, addressed.locale) == (claimed.ways, claimed.name, claimed.locale)
