"""The `kefu` command: everything that people at a keyboard do with the bus, each noun a sub-command."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kefu.console import errors, say
from kefu.trouble import Trouble

COMMANDS = {
    "events": "kefu.events:app",
    "publish": "kefu.publish:app",
    "facts": "kefu.facts:app",
    "customers": "kefu.importing:customers",
    "dead": "kefu.dead:app",
    "audit": "kefu.audit:app",
    "duties": "kefu.duties:app",
    "verify": "kefu.verify:app",
    "dossier": "kefu.dossier:app",
    "authority": "kefu.authority:app",
    "token": "kefu.tokens:token_app",
    "api-key": "kefu.tokens:api_key_app",
    "time": "kefu.time:app",
    "doctor": "kefu.doctor:app",
    "replay": "kefu.replay:app",
    "requirements": "kefu.requirements:app",
}
"""Where each command's Typer application is. A command imports what it needs, and no other command's needs."""


class Commands(TyperGroup):
    """Loads the command that was named, and tells trouble in plain words instead of a stack."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All commands, in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = typer.main.get_command(getattr(import_module(module), attribute))
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            errors.print(str(trouble), style="red", markup=False)
            raise typer.Exit(1) from None


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback(invoke_without_command=True)
def about(show_version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False) -> None:
    """Look at the bus, publish facts, repair what is dead, and see whether all is well."""
    if show_version:
        say(version("kefu"))
        raise typer.Exit
