"""The console of a trial as a browser meets it: anybody signs in as one of the people of the story."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from console.app import console
from console.settings import Settings
from shared.identity import create_key_pair

OURS = {"Sec-Fetch-Site": "same-origin"}
"""The header by which the console knows that its own page has asked."""


def trial_settings(folder: Path) -> Settings:
    """Settings of a trial with keys of its own in this folder, and without a bus."""
    create_key_pair(folder / "private.pem", folder / "public.pem")
    return Settings.model_validate(
        {
            "rabbit_url": "amqp://nowhere",
            "console_login": "personas",
            "jwt_private_key_file": folder / "private.pem",
            "jwt_public_key_file": folder / "public.pem",
        }
    )


@asynccontextmanager
async def at_the_door(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the console, not signed in."""
    transport = httpx.ASGITransport(console(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", trust_env=False) as client:
        yield client
