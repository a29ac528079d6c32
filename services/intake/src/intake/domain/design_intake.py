"""The three forms that come before a design order, and whether they have passed."""

from collections.abc import Iterable
from types import MappingProxyType

from intake.domain.lifecycle import DESIGN_INTAKE, IntakeStage
from intake.domain.parts.design_form import DesignForm, DesignFormName
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, StaffId
from shared.lifecycle import Possible, follows

DESIGN_FORMS = MappingProxyType[DesignFormName, Line](
    {"questionnaire": "设计前调查问卷", "drawings": "图纸提供明细表", "photos": "照片提供明细表"}
)
"""The forms by the names people read (000 §3.3.1.1, forms 4 and 5 and the list of photos)."""


def possible(stage: IntakeStage, brought_by: StaffId, forms: Iterable[DesignForm]) -> tuple[Possible, ...]:
    """What people may do about forms in this stage; another colleague checks them than who brought them."""
    return DESIGN_INTAKE.possible(stage, another_than={"check": bringers(brought_by, forms)})


def bringers(brought_by: StaffId, forms: Iterable[DesignForm]) -> tuple[StaffId, ...]:
    """Who brought the forms, or some of their files later."""
    return tuple(dict.fromkeys((brought_by, *(each for form in forms for each in form.added_by))))


@follows(DESIGN_INTAKE)
class DesignIntake(Timed):
    """What the account manager brought back before a design is ordered. The check is a duty of CS with a clock."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    brought_by: StaffId
    brought_at: Instant
    policy_version: int
    stage: IntakeStage = "open"
    forms: tuple[DesignForm, ...]

    def ok(self, name: DesignFormName) -> bool:
        """Whether this form is in order."""
        return any(form.ok for form in self.forms if form.name == name)

    @property
    def missing(self) -> tuple[Line, ...]:
        """What has not passed yet, by the names people read."""
        return tuple(DESIGN_FORMS[form.name] for form in self.forms if not form.ok)
