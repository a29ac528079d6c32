"""honcho, with the patience that a service needs to drain: `python -m kefu_local.supervisor start --procfile …`."""

ENDS_WITHIN = 40.0
"""Seconds from the word to stop until a process is killed: longer than a service takes for requests and its drain."""


def main() -> None:
    from honcho import command, manager  # sets logging up for the whole process when it is imported

    manager.KILL_WAIT = ENDS_WITHIN  # honcho's own five seconds would cut a drain short
    command.main()


if __name__ == "__main__":
    main()
