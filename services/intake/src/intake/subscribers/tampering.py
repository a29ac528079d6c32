"""What follows when a service finds that its records were altered."""

from collections.abc import Callable
from typing import Any

from intake.domain.decisions.fine import record_violation
from intake.domain.fine import Fine
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Cause
from shared.contracts.aftersales import RecordTamperDetectedByAftersales
from shared.contracts.complaints import RecordTamperDetectedByComplaints
from shared.contracts.event import Event
from shared.contracts.intake import RecordTamperDetectedByIntake
from shared.contracts.notify import RecordTamperDetectedByNotify
from shared.contracts.orders import RecordTamperDetectedByOrders
from shared.contracts.tampering import RecordTampered
from shared.store import Touch
from shared.subscriptions import Subscriptions

FOUND: tuple[type[Event], ...] = (
    RecordTamperDetectedByIntake,
    RecordTamperDetectedByOrders,
    RecordTamperDetectedByComplaints,
    RecordTamperDetectedByAftersales,
    RecordTamperDetectedByNotify,
)


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Altered records cost a fine, whichever service keeps them."""
    for fact in FOUND:
        on(fact)(_fining(stores, rules, fact.publisher()))


def _fining(stores: Stores, rules: Rules, service: str) -> Callable[[Any, Cause], Touch[Fine]]:
    def record_fine(event: Any, cause: Cause) -> Touch[Fine]:
        tampered = RecordTampered(**{name: getattr(event, name) for name in RecordTampered.model_fields})
        blank = Fine.blank(service, tampered.found_at, rules.on(cause.at).tampering.fine)
        return stores.fines.touch(blank.id, lambda fine: record_violation(fine, tampered, rules, cause), blank)

    record_fine.__doc__ = "What one check found costs one fine, and who pays is to be found out (001 售前二b)."
    return record_fine
