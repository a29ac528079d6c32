"""From a fact and a line of the tables to a message: for whom, over which ways, in which words."""

from notify.composer.composer import Body, Composer
from notify.composer.person import Person

__all__ = ["Body", "Composer", "Person"]
