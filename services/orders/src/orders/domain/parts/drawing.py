"""What a design order is: one of four drawings, a work item with a stage of its own."""

from typing import Literal

from shared.contracts.departments import DrawingKind
from shared.contracts.event import Part
from shared.contracts.vocabulary import FileRef, Line, StaffId

DrawingStage = Literal["ordered", "submitted", "approved", "rejected"]


class Drawing(Part):
    """A drawing on its way from order to approval (000 §3.3.2). A newer version asks for a new review."""

    kind: DrawingKind
    stage: DrawingStage = "ordered"
    version: int = 0
    files: tuple[FileRef, ...] = ()
    designer: StaffId | None = None
    packages: tuple[Line, ...] = ()
    notes: str = ""


class Drawings(Part):
    """The drawings of an order, by kind."""

    items: tuple[Drawing, ...] = ()

    def of(self, kind: DrawingKind) -> Drawing:
        """The drawing of this kind; one that was not ordered yet is a new one."""
        return next((drawing for drawing in self.items if drawing.kind == kind), Drawing(kind=kind))


def with_drawing(drawings: Drawings, drawing: Drawing) -> Drawings:
    """With this drawing in the place of the one of its kind."""
    others = tuple(each for each in drawings.items if each.kind != drawing.kind)
    return drawings.but(items=(*others, drawing))
