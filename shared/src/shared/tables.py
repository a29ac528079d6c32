"""Figures as a table: what reports keep, publish and write."""

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from shared.contracts.event import Part

TableCell = str | int | float | None


class Table(Part):
    """Rows under columns, each cell by the name of its column, and the figures that sum them up.

    `money` are the columns of amounts: written as texts, so that no cent is lost, and as numbers where one calculates.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, TableCell], ...]
    figures: dict[str, TableCell] = Field(default_factory=dict)
    money: tuple[str, ...] = ()

    @field_validator("rows", mode="before")
    @classmethod
    def _named(cls, rows: Any, others: ValidationInfo) -> Any:
        """A report that was kept by the release before has its cells in the order of the columns."""
        columns = others.data.get("columns", ())
        return [dict(zip(columns, row, strict=True)) if isinstance(row, list | tuple) else row for row in rows]
