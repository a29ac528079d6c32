"""How altered records become a fine, and who pays it."""

from intake.domain.fine import Fine
from intake.domain.lifecycle import FINE
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, must_be_another
from shared.clocks import Matter
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import Prose, StaffId
from shared.pages.words import SERVICES


def record_violation(fine: Fine, tampered: RecordTampered, rules: Rules, cause: Cause) -> Change[Fine]:
    """The record belongs to the violation, whose fine is recorded; to find out who it was is a duty (001 售前二b)."""
    recorded = fine.but(records=(*fine.records, tampered))
    if fine.records:
        return Change(recorded)
    policy = rules.on(cause.at)
    matter = Matter(about=f"“{SERVICES[fine.service]}”系统的记录被改动（{rules.calendar.day(fine.found_at)}）")
    return rules.clocks.start(policy.tampering.clock, matter, cause, policy=policy)(recorded)


def impose(fine: Fine, staff: StaffId, reason: Prose, rules: Rules, cause: Cause) -> Change[Fine]:
    """This colleague altered the records and pays. IllegalTransition when it is decided already.

    Refused with `four_eyes` to the colleague who pays.
    """
    FINE.must(fine.stage, "impose")
    must_be_another("a fine is imposed by another person than the one who pays it", staff, cause=cause)
    imposed = fine.but(stage="imposed", staff=staff, reason=reason, decided_by=cause.actor.id, decided_at=cause.at)
    return Change(imposed).then(rules.clocks.stop(cause=cause))


def let_off(fine: Fine, reason: Prose, rules: Rules, cause: Cause) -> Change[Fine]:
    """No colleague is to blame, such as after a backup was restored. IllegalTransition when it is decided already."""
    FINE.must(fine.stage, "let_off")
    free = fine.but(stage="let_off", reason=reason, decided_by=cause.actor.id, decided_at=cause.at)
    return Change(free).then(rules.clocks.stop(cause=cause))
