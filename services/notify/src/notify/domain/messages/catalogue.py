"""The tables that say who hears what, and in which words; data of one version."""

from collections.abc import Iterable, Mapping, Sequence

from notify.domain.messages.rule import Rule
from notify.domain.messages.template import Channel, Layout, Template
from notify.domain.messages.variable import Variable
from shared.conduct import never_said_in

COMMON_LOCALE = "zh-CN"


class Catalogue:
    """Rules, variables and templates. `read` in `reading` makes one of files and checks it as a whole."""

    def __init__(
        self,
        rules: Sequence[Rule],
        variables: Mapping[str, Variable],
        templates: Iterable[Template],
        never: Sequence[str],
        layouts: Mapping[str, Layout],
        silent: Mapping[str, str],
    ) -> None:
        self.rules = rules
        self.variables = variables
        self.never = never
        self.layouts = layouts
        self.silent = silent
        self.templates: dict[tuple[str, Channel, str, int], Template] = {}
        self._newest: dict[tuple[str, Channel, str], Template] = {}
        for template in templates:
            self._add(template)

    def rules_for(self, event: str) -> tuple[Rule, ...]:
        """The lines for facts with this key."""
        return tuple(rule for rule in self.rules if rule.event == event)

    def events(self) -> frozenset[str]:
        """The keys of all facts that make messages."""
        return frozenset(rule.event for rule in self.rules)

    def newest(self, key: str, channel: Channel, locale: str) -> Template | None:
        """The current version in this locale, or in the common one."""
        return self._newest.get((key, channel, locale)) or self._newest.get((key, channel, COMMON_LOCALE))

    def pinned(self, key: str, channel: Channel, locale: str, version: int) -> Template | None:
        """The version that a message was made with."""
        found = self.templates.get((key, channel, locale, version))
        return found or self.templates.get((key, channel, COMMON_LOCALE, version))

    def layout(self, locale: str) -> Layout | None:
        """What goes around an e-mail's text."""
        return self.layouts.get(locale) or self.layouts.get(COMMON_LOCALE)

    def forbidden(self, text: str) -> str | None:
        """A phrase in the text that must not be said to a customer (002 七), or nothing."""
        return never_said_in(text, self.never)

    def _add(self, template: Template) -> None:
        name = (template.key, template.channel, template.locale)
        self.templates[*name, template.version] = template
        if name not in self._newest or template.version > self._newest[name].version:
            self._newest[name] = template
