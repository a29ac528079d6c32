"""What others may ask of notify, and what providers may push to it."""

from fastapi import APIRouter

from notify.api import notifications, rosters, slips, templates, unreached
from notify.api.callbacks import Callbacks, callback_routes
from notify.composer import Composer
from notify.store import Stores

__all__ = ["Callbacks", "callback_routes", "routes"]


def routes(stores: Stores, composer: Composer) -> list[APIRouter]:
    """All routes for staff and departments."""
    return [
        notifications.routes(stores, composer),
        templates.routes(composer),
        slips.routes(stores.slips, composer),
        rosters.routes(stores.rosters),
        unreached.routes(stores.unreached, composer.rules),
    ]
