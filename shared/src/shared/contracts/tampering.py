"""What every publisher says when a stored record is not what it left; each announces it under its own key."""

from pydantic import Field

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line


class RecordTampered(Part):
    """A stored record was changed, removed, inserted or taken back past the service, which is fined (001 售前二b)."""

    collection: Line = Field(description="The collection of the publisher.", examples=["customers"])
    record: Line = Field(
        description="The id of the document, or what else is named.", examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1d01"]
    )
    version: int | None = Field(default=None, ge=0, description="The version that is concerned.", examples=[7])
    flaw: Line = Field(description="What is wrong.", examples=["it is not what was sealed"])
    found_at: Instant
