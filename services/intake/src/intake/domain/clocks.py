"""The clocks that intake keeps, as data: what falls due when, by which rule of which document."""

from types import MappingProxyType

from shared.calendar import After, Policy
from shared.contracts.intake.contacts import CallbackKind

VISIT = Policy(name="callback.visit", version=1, term=After(minutes=30), source="000 §3.6.1b")
STAGE = Policy(name="callback.stage", version=1, term=After(days=1, end_of_day=True), source="000 §3.6.2")
ACCEPTANCE = Policy(name="callback.acceptance", version=1, term=After(days=1, end_of_day=True), source="001 售后二")
SERVICE = Policy(name="callback.service", version=1, term=After(days=3), source="002 四4")
COMPLAINT = Policy(name="callback.complaint", version=1, term=After(days=3), source="002 五a")
DELAY = Policy(name="callback.delay", version=1, term=After(days=1, end_of_day=True), source="001 售中二")
FIRST_CONTACT = Policy(name="callback.first_contact", version=1, term=After(days=7), source="002 一3b")

CALLBACKS = MappingProxyType[CallbackKind, Policy](
    {
        "visit_30min": VISIT,
        "stage": STAGE,
        "post_acceptance": ACCEPTANCE,
        "post_service_3d": SERVICE,
        "post_complaint": COMPLAINT,
        "delay": DELAY,
        "first_contact_7d": FIRST_CONTACT,
    }
)
"""Which clock a callback of each kind runs by. The documents name no term for stages, acceptance and delays: the end of
the next day stands in; nor for complaints: the three days of 002 四4 stand in.
"""
