"""What a design order is: one of four drawings, a work item with a stage of its own."""

from typing import Literal

from shared.aggregate import Refused
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

    def submitted(
        self, version: int, files: tuple[FileRef, ...], designer: StaffId, packages: tuple[Line, ...] = ()
    ) -> "Drawing":
        """With a newer version handed in; one that is not newer changes nothing, nor does any after approval."""
        if version <= self.version or self.stage == "approved":
            return self
        return self.but(stage="submitted", version=version, files=files, designer=designer, packages=packages, notes="")

    def reviewed(self, version: int, approved: bool, notes: str) -> "Drawing":
        """After a review of the version at hand. Refused with `not_submitted` for any other."""
        if self.stage != "submitted" or version != self.version:
            raise Refused(f"version {version} of the {self.kind} drawing is not up for review", "not_submitted")
        return self.but(stage="approved" if approved else "rejected", notes=notes)


class Drawings(Part):
    """The drawings of an order, by kind."""

    items: tuple[Drawing, ...] = ()

    def of(self, kind: DrawingKind) -> Drawing:
        """The drawing of this kind; one that was not ordered yet is a new one."""
        return next((drawing for drawing in self.items if drawing.kind == kind), Drawing(kind=kind))

    def put(self, drawing: Drawing) -> "Drawings":
        """With this drawing in the place of the one of its kind."""
        others = tuple(each for each in self.items if each.kind != drawing.kind)
        return Drawings(items=(*others, drawing))
