"""Who pays for the company's own fault after the warranty has ended (001 备注1)."""

from typing import Literal

from shared.contracts.event import Part
from shared.contracts.roles import Role


class OwnFault(Part):
    """What the company chose for its own faults after the warranty has ended; a free service is the owner's exception.

    The documents contradict each other: 001 售后四a charges normal rates, 001 备注1 repairs free.
    """

    charge: Literal["normal_rate", "free"] = "normal_rate"
    owner: Role = Role.CS_MANAGER
