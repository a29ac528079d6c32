"""The `kefu` command: everything that people at a keyboard do with the bus, each noun a sub-command."""

from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kefu import clock, dead, doctor, events, publish, requirements, tokens
from kefu.console import errors, say
from kefu.trouble import Trouble


class Commands(TyperGroup):
    """Tells trouble in plain words instead of a stack."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            errors.print(str(trouble), style="red", markup=False)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="kefu",
    cls=Commands,
    help="Look at the bus, publish facts, repair what is dead, and see whether all is well.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(events.app, name="events")
app.add_typer(dead.app, name="dead")
app.add_typer(clock.app, name="clock")
app.command("publish")(publish.publish)
app.command("token")(tokens.token)
app.command("api-key")(tokens.api_key)
app.command("doctor")(doctor.doctor)
app.command("requirements")(requirements.requirements)


@app.callback(invoke_without_command=True)
def about(show_version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False) -> None:
    """Look at the bus, publish facts, repair what is dead, and see whether all is well."""
    if show_version:
        say(version("kefu"))
        raise typer.Exit
