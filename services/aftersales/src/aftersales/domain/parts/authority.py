"""Who decides what in after-sales: the company's division of authority (003 §4, 权责划分)."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from aftersales.domain.parts.blocks import Capacity
from shared.aggregate import Cause, must_have_role
from shared.contracts.event import Part
from shared.contracts.roles import Role

AuthorisedDecision = Literal["determine_fault", "override_warranty", "approve_remote", "countersign", "sign_fee"]
Deciders = Annotated[tuple[Role, ...], Field(min_length=1)]


class Authority(Part):
    """The roles that take each decision for which the documents ask for authority.

    `department_head` and `general_manager` sign the fee, each in that capacity; no role signs in both (001 表1).
    """

    determine_fault: Deciders
    override_warranty: Deciders
    approve_remote: Deciders
    countersign: Deciders
    department_head: Deciders
    general_manager: Deciders

    @model_validator(mode="after")
    def _signs_in_one_capacity(self) -> Self:
        if both := sorted(set(self.department_head) & set(self.general_manager)):
            raise ValueError(f"a role signs the fee in one capacity; in both: {', '.join(both)}")
        return self

    def roles(self, decision: str) -> tuple[Role, ...]:
        """Who takes this decision; no role for one that needs no authority."""
        if decision == "sign_fee":
            return (*self.department_head, *self.general_manager)
        return tuple(getattr(self, decision)) if decision in get_args(AuthorisedDecision) else ()

    def signatories(self, capacity: Capacity) -> tuple[Role, ...]:
        """Who signs the fee in this capacity."""
        return self.department_head if capacity == "department_head" else self.general_manager

    def capacity_of(self, role: str | None) -> Capacity:
        """In which capacity a role signs that may sign."""
        return "general_manager" if role in self.general_manager else "department_head"

    def must(self, decision: AuthorisedDecision, cause: Cause) -> None:
        """Overstepped with `not_authorised`, and who may, where the actor's role does not take this decision."""
        must_have_role(decision, self.roles(decision), cause)
