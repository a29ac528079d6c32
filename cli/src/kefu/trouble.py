"""What the person at the keyboard can mend."""


class Trouble(Exception):
    """A command cannot be done; the text says what is wrong and what would be right. Exit code 1, no stack."""
