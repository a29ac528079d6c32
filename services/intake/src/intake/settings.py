"""What intake is told by its environment beside what every service is told."""

from datetime import timedelta

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake."""

    fact_age_limit: timedelta = Field(
        default=timedelta(days=366), description="How long ago a fact may have happened when a department reports it."
    )
    fact_ahead_limit: timedelta = Field(
        default=timedelta(minutes=15), ge=timedelta(), description="How far a department's clock may be ahead of ours."
    )
