"""The blocks of form 1 that are written after the customer's own: opinion, fee, execution and result (001 表1)."""

from datetime import date
from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import FileRef, Line, Prose, StaffId

Capacity = Literal["department_head", "general_manager"]
"""In which capacity a person signs the fee block."""

Block = Literal["opinion", "fee", "execution", "result"]
"""The blocks of the form behind the salesman's, in the form's order."""


WRITTEN_TO: dict[Block, str] = {
    "opinion": "opinion",
    "fee": "cost",
    "execution": "execution",
    "result": "result_block",
}
"""The field of a service order that holds each block."""


class Opinion(Part):
    """How the operations supervisor wants it handled, or what is brought to resolve it on site (001 售后三)."""

    opinion: Prose
    mode: Literal["plan", "resolve_on_site"]
    handle_by: date | None = None
    tools: tuple[Line, ...] = ()
    materials: tuple[Line, ...] = ()
    by: StaffId
    at: Instant


class Signature(Part):
    """Who signed, and when."""

    by: StaffId
    at: Instant


class FeeSignature(Signature):
    """A signature in the fee block."""

    capacity: Capacity


class Execution(Part):
    """What the executing department says about its work; the executor signs it (001 表1)."""

    opinion: Prose
    head: Line
    signature: FileRef | None = None
    by: StaffId
    at: Instant


class Result(Part):
    """What the customer says came of it, as customer service enters it; `by` is whose signature it carries."""

    feedback: Prose
    head: Line | None = None
    by: StaffId
    at: Instant
