"""`python -m kefu` is the same as `kefu`."""

from kefu.app import app

app()
