"""What others may ask of notify, and what providers may push to it."""

from fastapi import APIRouter

from notify.api import notifications, rosters, slips, templates, unreached
from notify.api.callbacks import Callbacks, callback_routes
from notify.composer import Composer
from notify.store import Stores
from shared.clocks import Clocks

__all__ = ["Callbacks", "callback_routes", "routes"]


def routes(stores: Stores, composer: Composer, clocks: Clocks) -> list[APIRouter]:
    """All routes for staff and departments."""
    return [
        notifications.routes(stores, composer, clocks),
        templates.routes(composer),
        slips.routes(stores.slips, composer, clocks),
        rosters.routes(stores.rosters),
        unreached.routes(stores.unreached, clocks),
    ]
