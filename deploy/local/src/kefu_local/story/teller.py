"""How the story is told on the screen: its steps, what people did, and the words that customers and staff got."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from rich.console import Console
from rich.panel import Panel
from rich.text import Text


class Message(NamedTuple):
    """Something that a customer got, word for word."""

    id: str
    channel: Literal["SMS", "e-mail"]
    to: str
    text: str


class Teller:
    """Tells the story on the terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, number: int, title: str, now: datetime) -> None:
        """A new step begins."""
        self._console.print()
        self._console.rule(f"[bold]{number}. {title}[/bold]  [dim]{now:%Y-%m-%d %H:%M}[/dim]", align="left")

    def say(self, text: str, now: datetime) -> None:
        """One line: what happened."""
        self._console.print(Text.assemble((f"{now:%m-%d %H:%M}  ", "dim"), text))

    def show(self, name: str, messages: Iterable[Message]) -> None:
        """What a customer got, word for word."""
        for message in messages:
            title = f"{message.channel} to {name}, {message.to}"
            panel = Panel(Text(message.text), title=title, title_align="left", border_style="cyan", expand=False)
            self._console.print(panel, soft_wrap=False)
