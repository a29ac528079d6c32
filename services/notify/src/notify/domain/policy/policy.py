"""The company's figures for messages: when customers rest, what each purpose allows, how long things are waited for."""

from datetime import timedelta

from pydantic import Field

from notify.domain.parts.rest import Rest
from notify.domain.policy.purpose import Purpose
from shared.policy import Policy


class MessagePolicy(Policy):
    """One version of the figures. `rest` holds for customers who say nothing else.

    `answered_within` is how old a message may be that an answer belongs to, `resend_within` how long a message stays
    good that a person sends again. A department is reminded of a slip `chases` times, every `chase_every`.
    """

    rest: Rest
    answered_within: timedelta = Field(gt=timedelta(0))
    resend_within: timedelta = Field(gt=timedelta(0))
    chase_every: timedelta = Field(gt=timedelta(0))
    chases: int = Field(ge=0)
    purposes: tuple[Purpose, ...]

    def purpose(self, name: str) -> Purpose:
        """What this purpose allows; one that this version does not know is treated as a plain service."""
        return next((purpose for purpose in self.purposes if purpose.name == name), Purpose(name=name))
