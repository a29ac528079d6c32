"""`kefu token` and `kefu api-key`: credentials for people and for departments' systems."""

import getpass
from datetime import timedelta
from typing import Annotated

import typer

from kefu.console import say
from kefu.surroundings import Surroundings, surroundings
from kefu.trouble import Trouble
from shared.contracts.roles import Role
from shared.identity import add_api_key, issue_token

token_app = typer.Typer(add_completion=False)
api_key_app = typer.Typer(add_completion=False)


@token_app.command()
def token(
    role: Annotated[list[Role], typer.Option(metavar="ROLE", help=f"May be given several times: {', '.join(Role)}.")],
    subject: Annotated[str, typer.Option(help="Who this person is; your user name by default.")] = "",
    name: Annotated[str | None, typer.Option(help="What this person is called.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 365, help="At most TOKEN_LONGEST_LIFE.")] = 12,
) -> None:
    """Issue a token for a member of staff, signed with the local key that `make run` created."""
    say(local_token(surroundings(), *role, subject=subject, name=name, hours=hours))


@api_key_app.command()
def api_key(department: Annotated[str, typer.Argument(help="For example production.")]) -> None:
    """Make a new API key for a department; the one before stays valid, older ones do not."""
    try:
        key = add_api_key(surroundings().path("API_KEYS_FILE"), department)
    except (OSError, ValueError) as error:
        raise Trouble(str(error)) from None
    say(key)


def local_token(
    around: Surroundings, *roles: Role, subject: str = "", name: str | None = None, hours: float = 12
) -> str:
    """A token signed with the key of JWT_PRIVATE_KEY_FILE. Trouble when that key is missing or of no use."""
    file = around.path("JWT_PRIVATE_KEY_FILE")
    try:
        return issue_token(
            file.read_text(encoding="utf-8"),
            subject or getpass.getuser(),
            *(role.value for role in roles),
            name=name,
            lifetime=timedelta(hours=hours),
            issuer=around.get("JWT_ISSUER") or "kefu",
            audience=around.get("JWT_AUDIENCE") or "kefu",
        )
    except (OSError, ValueError) as error:
        raise Trouble(f"no token can be signed with JWT_PRIVATE_KEY_FILE={file}: {error}") from None
