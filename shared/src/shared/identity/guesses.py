"""How often an address has guessed: beyond a number in a minute it is asked to wait."""

from collections import OrderedDict

WRONG_GUESSES = 20
"""Wrong guesses of one address in a minute that are still answered."""
_MINUTE = 60.0
"""Seconds."""
_ADDRESSES = 10_000
"""Addresses that are remembered at most; the one that guessed longest ago goes first."""


class Guesses:
    """Wrong guesses by address, within this process."""

    def __init__(self) -> None:
        self._since: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wrong(self, address: str, now: float) -> None:
        """This address has guessed wrongly."""
        began, count = self._since.pop(address, (now, 0))
        self._since[address] = (now, 1) if now - began >= _MINUTE else (began, count + 1)
        if len(self._since) > _ADDRESSES:
            self._since.popitem(last=False)

    def too_many(self, address: str, now: float) -> bool:
        """Whether this address has to wait until its minute is over."""
        began, count = self._since.get(address, (now, 0))
        return count >= WRONG_GUESSES and now - began < _MINUTE
