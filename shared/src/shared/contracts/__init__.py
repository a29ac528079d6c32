"""The published language: one module per publisher, one class per fact; pydantic and the standard library only."""
