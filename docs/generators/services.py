"""The five services as the documents see them: built from the code, connected to nothing."""

import importlib
import inspect
from collections.abc import Mapping
from functools import cache

from generators import ROOT
from shared.service import Service
from shared.settings import ServiceSettings
from shared.subscriptions import Subscription

_NOWHERE = {
    "mongo_url": "mongodb://127.0.0.1",
    "rabbit_url": "amqp://127.0.0.1",
    "ingress_url": "amqp://127.0.0.1/ingress",
    "callback_secret": "in-no-document-seen",
    "seal_keys": "documents:in-no-document-seen-and-long-enough",
}


@cache
def services() -> tuple[Service, ...]:
    """Every service under `services/`, in the order of their names."""
    names = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
    return tuple(_built(name) for name in names)


def _built(name: str) -> Service:
    settings: type[ServiceSettings] = importlib.import_module(f"{name}.settings").Settings
    built: Service = importlib.import_module(f"{name}.app").service(settings.model_validate(_NOWHERE))
    return built


@cache
def listeners() -> Mapping[str, Mapping[str, str]]:
    """Per event key, who listens and in one sentence what for."""
    heard: dict[str, dict[str, str]] = {}
    for service in services():
        for listener in service.listeners:
            if isinstance(listener, Subscription):
                heard.setdefault(listener.event.key, {})[service.name] = _sentence(listener)
    return heard


def _sentence(listener: Subscription) -> str:
    return (inspect.getdoc(listener.react) or "").partition("\n")[0]
