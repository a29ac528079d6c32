"""What may be wrong with an order (000 §4.1c, form 11)."""

from typing import Literal

ExceptionKind = Literal["schedule", "quality", "material", "supply", "installer", "payment"]
