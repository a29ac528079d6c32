"""The published language: one module per publisher, one class per fact. Pydantic and the standard library only."""
