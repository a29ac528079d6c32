"""Who may approve how much: the authority matrix, data with a version (003 §4, §27)."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from shared.aggregate import Refused
from shared.contracts.currencies import known
from shared.contracts.event import Money, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Ordinal


class Band(Part):
    """Amounts up to and with `up_to`, without it any amount, and who may approve them; the first role is asked."""

    name: str = Field(min_length=1, max_length=64)
    up_to: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=2)
    roles: tuple[Role, ...] = Field(min_length=1)

    def holds(self, amount: Decimal) -> bool:
        """Whether the amount lies in this band or a smaller one."""
        return self.up_to is None or amount <= self.up_to


class AuthorityMatrix(Part):
    """Bands from the smallest to the unlimited one. A role that may approve a band may approve every smaller one."""

    version: Ordinal
    currency: Annotated[str, AfterValidator(known)] = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascends_to_no_limit(self) -> Self:
        limits = [band.up_to for band in self.bands]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last band, and only the last, has no limit, so that some role may approve any amount")
        bounded = [limit for limit in limits if limit is not None]
        if bounded != sorted(set(bounded)):
            raise ValueError("bands go from the smallest limit to the largest")
        return self

    def band(self, amount: Money, field: str | None = None) -> Band:
        """The smallest band that holds the amount, of this field. Refused below zero, and in another currency."""
        if amount.amount < 0:
            raise Refused("an amount is 0 or more", "negative_amount", field)
        if amount.currency != self.currency:
            raise Refused(f"amounts are approved in {self.currency}, not {amount.currency}", "other_currency", field)
        return next(band for band in self.bands if band.holds(amount.amount))

    def allows(self, role: Role, amount: Money) -> bool:
        """Whether this role may approve the amount."""
        needed = self.bands.index(self.band(amount))
        return any(role in band.roles for band in self.bands[needed:])

    def limit(self, role: Role) -> Money | None:
        """The most this role may approve: nothing at all is 0, and no limit is absent."""
        held = [band for band in self.bands if role in band.roles]
        if not held:
            return Money(amount=Decimal(0), currency=self.currency)
        largest = held[-1].up_to
        return None if largest is None else Money(amount=largest, currency=self.currency)
