"""Where messages end on this machine: `python -m kefu_local.sinks` takes SMS and chat over HTTP, e-mail over SMTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP
from fastapi import FastAPI
from pydantic_settings import BaseSettings

from kefu_local import chat, sms, smtp
from kefu_local.kept import Kept
from kefu_local.ports import LOOPBACK
from shared.files import WatchedFile
from shared.settings import SECRETS

_KEEP_ALIVE = 3600
"""Seconds. A connection that we close while the other side begins to send leaves it not knowing whether we took it."""


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in upper case."""

    sinks_folder: Path = Path(".run/messages")
    sinks_host: str = LOOPBACK
    sms_port: int = 8111
    smtp_port: int = 8112
    receipt_url: str | None = None
    receipt_url_file: Path | None = None

    def receipts(self) -> Callable[[], str | None]:
        """Says where receipts go; a file may be replaced meanwhile."""
        if self.receipt_url_file is None:
            return lambda: self.receipt_url
        return WatchedFile(self.receipt_url_file, str.strip, initial=self.receipt_url).value


def sinks(settings: Settings) -> FastAPI:
    """All sinks in one application; the mail server listens as long as the application runs."""
    mails = Kept(settings.sinks_folder / "mails.jsonl")
    messages = Kept(settings.sinks_folder / "messages.jsonl")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        mailbox = smtp.Mailbox(mails)
        server = await loop.create_server(
            lambda: SMTP(mailbox, enable_SMTPUTF8=True), settings.sinks_host, settings.smtp_port
        )
        async with server:
            yield

    app = FastAPI(title="kefu sinks", lifespan=lifespan)
    app.include_router(sms.routes(messages, settings.receipts()))
    app.include_router(smtp.routes(mails))
    app.include_router(chat.routes(Kept(settings.sinks_folder / "chat.jsonl")))

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def main() -> None:
    settings = Settings(_secrets_dir=SECRETS if SECRETS.is_dir() else None)
    host, port = settings.sinks_host, settings.sms_port
    uvicorn.run(sinks(settings), host=host, port=port, log_level="warning", timeout_keep_alive=_KEEP_ALIVE)


if __name__ == "__main__":
    main()
