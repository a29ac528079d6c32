"""The check that comes round: one replica at a time verifies everything and tells staff of what is new."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import structlog

from shared.aggregate import Aggregate, Cause, Change, Refused, Unavailable, must_be_another
from shared.contracts.event import Event, Instant
from shared.contracts.tampering import RecordTampered
from shared.seals.checkpoints import Checkpoint, ProposedAcceptance, RestoreAcceptance
from shared.seals.verification import Evidence, SealFinding
from shared.store import DatabaseLike, Store
from shared.time_source import TimeSource
from shared.timers import TIME

log = structlog.get_logger()

ID = uuid5(NAMESPACE_URL, "urn:kefu:seals/check")
LEASE = timedelta(minutes=10)
"""How long a replica that checks may be silent before another one begins."""

BEAT = 60.0
"""Seconds between two signs that a check goes on."""

LOOKS = 30.0
"""Seconds between two looks at whether a check is due, at most."""

FINDINGS_KEPT = 500
"""Findings that are remembered, the latest."""

TOLD = 100
"""New findings that one check announces each by itself; the others are remembered and answered all the same."""


class Reported(SealFinding):
    """A finding, when a check first came upon it, and whether it was accepted since with a restored backup."""

    found_at: Instant
    accepted: bool = False

    @property
    def said(self) -> RecordTampered:
        """What is announced of it."""
        return RecordTampered(
            collection=self.collection,
            record=self.record,
            version=self.version,
            flaw=self.flaw,
            found_at=self.found_at,
        )


class SealCheck(Aggregate):
    """The one check of a service: when it was done last, who is at it, and what has ever been found."""

    checkpoint: int = 0
    done_at: Instant | None = None
    claimed_by: str = ""
    claimed_until: Instant | None = None
    reported: tuple[Reported, ...] = ()
    proposed: ProposedAcceptance | None = None
    """The acceptance of a restored backup that waits for another operator."""
    accepting: RestoreAcceptance | None = None
    """The acceptance of a restored backup that the next check carries out."""

    def proposing(self, latest: str, backup: str, seen: str, reason: str, cause: Cause) -> Change["SealCheck"]:
        """Another operator has to confirm it. Refused when `seen` is not the latest code."""
        _must_be_latest(seen, latest)
        acceptance = RestoreAcceptance(by=cause.actor, at=cause.at, reason=reason, backup=backup, seen=seen)
        return Change(self.but(proposed=ProposedAcceptance(id=cause.derive("acceptance"), acceptance=acceptance)))

    def accepted(self, latest: str, proposal: UUID, cause: Cause) -> Change["SealCheck"]:
        """The next check is due now and begins anew with what is there.

        Refused when the proposal is not the one that waits, when a checkpoint was made since, and to the proposer.
        """
        if self.proposed is None:
            again = "nothing waits; what was proposed before the last check is proposed again"
            raise Refused(again, "nothing_to_confirm")
        if self.proposed.id != proposal:
            raise Refused(f"{self.proposed.id} waits by now; read it and name that one", "not_as_seen")
        _must_be_latest(self.proposed.acceptance.seen, latest)
        who = "a restored backup is accepted by another operator than the one who proposed it"
        must_be_another(who, self.proposed.acceptance.by.id, cause=cause)
        return Change(self.but(proposed=None, accepting=self.proposed.acceptance.but(confirmed_by=cause.actor)))

    def claimed(self, by: str, now: datetime, every: timedelta) -> Change["SealCheck"]:
        """This replica checks now, or goes on. Refused while another one does, or when no check is due."""
        if self.claimed_by not in ("", by) and self.claimed_until and self.claimed_until > now:
            raise Refused("another replica is at it", "not_due")
        resting = self.done_at is not None and self.done_at + every > now
        if self.claimed_by != by and resting and self.accepting is None:
            raise Refused("no check is due", "not_due")
        return Change(self.but(claimed_by=by, claimed_until=now + LEASE))

    def done(
        self,
        checkpoint: int,
        found: list[SealFinding],
        now: datetime,
        at: datetime,
        announce: type[Event] | None,
        accepts: RestoreAcceptance | None = None,
    ) -> Change["SealCheck"]:
        """The check has ended: what it found that was not known before is announced."""
        earlier = tuple(each.but(accepted=True) for each in self.reported) if accepts else self.reported
        known = {(each.collection, each.record, each.version, each.flaw) for each in earlier if not each.accepted}
        new = [each for each in found if (each.collection, each.record, each.version, each.flaw) not in known]
        reported = [Reported(**dict(each), found_at=at) for each in new]
        state = self.but(
            checkpoint=checkpoint,
            done_at=now,
            claimed_by="",
            claimed_until=None,
            reported=(*earlier, *reported)[-FINDINGS_KEPT:],
            proposed=None,
            accepting=None if self.accepting == accepts else self.accepting,
        )
        events = [announce.of(each.said) for each in reported[:TOLD]] if announce else []
        return Change(state, tuple(events))


class SealChecks(Store[SealCheck]):
    """Where a service's check is kept."""

    collection = "seal_checks"
    kind = SealCheck


class SealWatch:
    """Checks a service's records every so often; what an outage has missed is made up for by one check."""

    def __init__(
        self, database: DatabaseLike, evidence: Evidence, time: TimeSource, every: float, announce: type[Event] | None
    ) -> None:
        self.checks = SealChecks(database)
        self._evidence = evidence
        self._time = time
        self._every = timedelta(seconds=every)
        self._announce = announce
        self._name = str(uuid4())

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited for; what else goes wrong is logged and tried again."""
        while True:
            try:
                await self.check_if_due()
            except Unavailable as error:
                log.warning("seal_check_waits", reason=error)
            except Exception:
                log.exception("seal_check_failed")
            await asyncio.sleep(min(LOOKS, self._every.total_seconds() / 4))

    async def check_if_due(self) -> list[SealFinding] | None:
        """Check, if one is due and no other replica is at it; what was found."""
        try:
            await self._claim()
        except Refused:
            return None
        beaten = monotonic()

        async def beat() -> None:
            nonlocal beaten
            if monotonic() - beaten > BEAT:
                await self._claim()
                beaten = monotonic()

        before = await self.last()
        accepts = before.accepting
        checkpoint, findings = await self._evidence.check(beat, accepts=accepts)
        findings += _missing(before, checkpoint) if accepts is None else []
        for each in findings:
            log.error("record_tampered", **dict(each))
        code = await self._evidence.code(checkpoint.number)
        log.info("checkpoint_made", number=checkpoint.number, code=code, findings=len(findings), accepts=bool(accepts))
        cause, now = self._cause("done"), datetime.now(UTC)
        await self.checks.apply(
            ID, lambda check: check.done(checkpoint.number, findings, now, cause.at, self._announce, accepts), cause
        )
        return findings

    async def last(self) -> SealCheck:
        """The check as it stands; a new one before the first."""
        found = await self.checks.documents.read((ID,))
        return self.checks.revive(found[ID].state) if found else SealCheck(id=ID)

    async def propose(self, backup: str, seen: str, reason: str, cause: Cause) -> SealCheck:
        """The database holds a restored backup and that is right, says an operator; another one has to confirm it."""
        code = await self._latest_code()
        return await self.checks.apply(
            ID, lambda check: check.proposing(code, backup, seen, reason, cause), cause, SealCheck(id=ID)
        )

    async def accept(self, proposal: UUID, cause: Cause) -> SealCheck:
        """Another operator confirms it: the next check begins anew with what is there."""
        code = await self._latest_code()
        return await self.checks.apply(ID, lambda check: check.accepted(code, proposal, cause), cause, SealCheck(id=ID))

    async def _latest_code(self) -> str:
        latest = await self._evidence.latest()
        return await self._evidence.code(latest.number) if latest else ""

    async def _claim(self) -> None:
        now = datetime.now(UTC)
        await self.checks.apply(
            ID, lambda check: check.claimed(self._name, now, self._every), self._cause("claim"), SealCheck(id=ID)
        )

    def _cause(self, what: str) -> Cause:
        return Cause(id=uuid4(), correlation=ID, actor=TIME, at=self._time.now(), kind="deadline", what=f"seals {what}")


def _must_be_latest(seen: str, latest: str) -> None:
    if seen != latest:
        raise Refused(f"the last checkpoint has the code {latest!r} now; look at it again", "not_as_seen")


def _missing(before: SealCheck, made: Checkpoint) -> list[SealFinding]:
    """The checkpoints that the last check made and that are gone: the next one took their number again."""
    return [
        SealFinding(collection="checkpoints", record=f"checkpoint {number}", flaw="it was removed")
        for number in range(made.number, before.checkpoint + 1)
    ]
