"""Staff chat through Apprise: WeCom, DingTalk, Feishu and whatever else it speaks."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

import apprise

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import Answer, accepted, permanent, retry_later
from notify.gateways.gateway import Gateway, Outgoing

EVERYBODY = "default"


class Chat(Gateway):
    """One group per role, by its Apprise URLs; a role without a group is told in the `default` one.

    Apprise answers yes or no and nothing else. No is taken as not sent: bots refuse before they post.
    """

    channel: ClassVar[Channel] = "chat"

    def __init__(self, groups: Mapping[str, Sequence[str]], name: str = "apprise") -> None:
        self.name = name
        self._groups = {role: _group(urls) for role, urls in groups.items()}

    async def send(self, message: Outgoing) -> Answer:
        group = self._groups.get(message.to) or self._groups.get(EVERYBODY)
        if group is None:
            return permanent("no_group", f"no chat group for {message.to} and no {EVERYBODY} one")
        text = f"@{message.to} {message.words.text}"
        taken = await asyncio.to_thread(group.notify, body=text, body_format=apprise.NotifyFormat.TEXT)
        return accepted(None) if taken else retry_later("refused", "the chat's bot did not take it", wait=60.0)


def _group(urls: Sequence[str]) -> apprise.Apprise:
    group = apprise.Apprise()
    for url in urls:
        if not group.add(url):
            raise ValueError(f"{url.partition('://')[0]}:// is not a chat that Apprise knows")
    return group
