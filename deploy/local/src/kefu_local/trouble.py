"""What the person at the keyboard can mend."""


class Trouble(Exception):
    """Something outside the code is missing or in the way; the text says what, and what would make it right."""
