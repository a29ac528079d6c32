"""Doubles of the plumbing, shipped with it: a database in memory, delivery without a bus, a whole service in a world.

Needs httpx, which is a requirement of tests and not of services.
"""

from shared.testing.delivery import STAFF, cause, deliver, fire, standing_in
from shared.testing.memory import SEAL_KEYS, SEALS, InlineCommit, InMemoryDatabase, InMemoryDocuments, Outbox, opened
from shared.testing.world import SECRETS, World, in_memory, nowhere

__all__ = [
    "SEALS",
    "SEAL_KEYS",
    "SECRETS",
    "STAFF",
    "InMemoryDatabase",
    "InMemoryDocuments",
    "InlineCommit",
    "Outbox",
    "World",
    "cause",
    "deliver",
    "fire",
    "in_memory",
    "nowhere",
    "opened",
    "standing_in",
]
