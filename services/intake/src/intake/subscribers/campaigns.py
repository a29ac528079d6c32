"""What follows when a campaign is started."""

from typing import Any

from intake.domain.decisions.callback import owe
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Cause
from shared.contracts.intake import CallbackReason, CampaignStarted
from shared.store import OneOf, Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """A batch of callbacks is owed to its customers."""

    @on(CampaignStarted)
    async def owe_batch(event: CampaignStarted, cause: Cause) -> list[Touch[Any]]:
        """Each customer on the list is owed a callback, by the colleague who has it on the list (002 二3, 三2)."""
        if event.kind == "telemarketing":
            return []
        campaign = await stores.campaigns.get(event.campaign_id)
        reason = CallbackReason(kind="seasonal", campaign_id=campaign.id, wish=campaign.wish)
        whose = {each.customer_id: each.staff for each in campaign.prospects}
        files = await stores.customers.find({"id": OneOf(*whose)}, limit=len(whose))
        return [
            stores.callbacks.birth(
                owe(
                    cause.derive(f"callback:{file.id}"),
                    file.snapshot(),
                    reason,
                    cause.at,
                    whose[file.id],
                    rules,
                    cause,
                )
            )
            for file in files.items
            if file.stage != "erased"
        ]
