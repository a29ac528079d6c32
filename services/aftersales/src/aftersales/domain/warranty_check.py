"""A recorded answer to a warranty question."""

from uuid import UUID, uuid5

from aftersales.domain.parts.who_pays import OwnFault
from shared.aggregate import Aggregate
from shared.contracts.aftersales import WarrantyChecked


class WarrantyCheck(Aggregate):
    """The answer as it was announced last, and what the company had chosen for its own faults then.

    It keeps the version of the policy by which it was answered; one that was answered before this was kept has none.
    """

    checked: WarrantyChecked
    policy_version: int | None = None
    own_fault: OwnFault = OwnFault()

    @property
    def answer(self) -> UUID:
        """Names the answer as it stands now."""
        return name_of(self.checked)


def name_of(answer: WarrantyChecked) -> UUID:
    """The name of an answer to one question; another as soon as it says something else."""
    return uuid5(answer.check_id, answer.model_dump_json())
