"""`python -m console` runs the console with the settings of its environment."""

import sys

import uvicorn

from console.app import console
from console.settings import Settings
from shared import logs
from shared.settings import BadSettings, load


def main() -> None:
    """Runs until it is told to stop. A setting that is wrong ends it with the setting's name."""
    try:
        settings = load(Settings)
    except BadSettings as error:
        sys.exit(str(error))
    logs.configure("console", settings.log_level)
    uvicorn.run(console(settings), host=settings.http_host, port=settings.http_port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
