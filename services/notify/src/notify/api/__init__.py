"""What others may ask of notify, and what providers may push to it."""

from fastapi import APIRouter

from notify.api import callbacks, notifications, rosters, slips, templates
from notify.api.callbacks import callback_routes
from notify.domain.composer import Composer
from notify.store import Notifications, Recipients, Replies, Rosters, Slips
from shared.clock import Clock

__all__ = ["callback_routes", "callbacks", "routes"]


def routes(
    store: Notifications,
    recipients: Recipients,
    roster_store: Rosters,
    slip_store: Slips,
    replies: Replies,
    composer: Composer,
    clock: Clock,
) -> list[APIRouter]:
    """All routes for staff and departments."""
    return [
        notifications.routes(store, replies, composer),
        templates.routes(composer),
        slips.routes(slip_store),
        rosters.routes(roster_store),
    ]
