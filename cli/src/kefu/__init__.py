"""The kefu command: one module per noun, each a Typer application of its own."""
