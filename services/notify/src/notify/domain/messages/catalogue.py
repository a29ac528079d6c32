"""The tables that say who hears what, in which words and under which policy; data, checked as a whole when read."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from notify.domain.messages.purpose import Purpose
from notify.domain.messages.rule import Rule
from notify.domain.messages.template import Channel, Layout, Template
from notify.domain.messages.variable import Variable

COMMON_LOCALE = "zh-CN"
BUILT_IN = ("company", "hotline", "name")


class BadCatalogue(Exception):
    """The tables contradict each other; the text lists every fault."""


class Catalogue:
    """Purposes, rules, variables and templates of one version."""

    def __init__(
        self,
        purposes: Iterable[Purpose],
        rules: Sequence[Rule],
        variables: Mapping[str, Variable],
        templates: Iterable[Template],
        never: Sequence[str],
        layouts: Mapping[str, Layout],
        silent: Mapping[str, str],
    ) -> None:
        self.purposes = {purpose.name: purpose for purpose in purposes}
        self.rules = rules
        self.variables = variables
        self.never = never
        self.layouts = layouts
        self.silent = silent
        self.templates: dict[tuple[str, Channel, str, int], Template] = {}
        self._newest: dict[tuple[str, Channel, str], Template] = {}
        faults: list[str] = []
        for template in templates:
            self._add(template, faults)
        faults += [fault for template in self.templates.values() for fault in self._template_faults(template)]
        faults += [fault for rule in rules for fault in self._rule_faults(rule)]
        if faults:
            raise BadCatalogue("\n".join(faults))

    @classmethod
    def read(cls, texts: Iterable[str]) -> "Catalogue":
        """A catalogue from TOML texts; each may hold any of the tables. Raises BadCatalogue."""
        tables: dict[str, list[Any]] = {"rules": [], "templates": [], "purposes": [], "never": []}
        named: dict[str, dict[str, Any]] = {"variables": {}, "layouts": {}, "silent": {}}
        try:
            for text in texts:
                table = tomllib.loads(text)
                for name in tables:
                    tables[name] += table.get(name, [])
                for name in named:
                    named[name] |= table.get(name, {})
            return cls(
                TypeAdapter(list[Purpose]).validate_python(tables["purposes"]),
                TypeAdapter(list[Rule]).validate_python(tables["rules"]),
                TypeAdapter(dict[str, Variable]).validate_python(named["variables"]),
                TypeAdapter(list[Template]).validate_python(tables["templates"]),
                tables["never"],
                TypeAdapter(dict[str, Layout]).validate_python(named["layouts"]),
                named["silent"],
            )
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise BadCatalogue(str(error)) from error

    def rules_for(self, event: str) -> tuple[Rule, ...]:
        """The lines for facts with this key."""
        return tuple(rule for rule in self.rules if rule.event == event)

    def events(self) -> frozenset[str]:
        """The keys of all facts that somebody hears of."""
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
        """A phrase in the text that nobody may say to a customer (002 七), or nothing."""
        return next((phrase for phrase in self.never if phrase in text), None)

    def _add(self, template: Template, faults: list[str]) -> None:
        name = (template.key, template.channel, template.locale)
        if (*name, template.version) in self.templates:
            faults.append(f"{' '.join(name)} has version {template.version} twice")
        self.templates[*name, template.version] = template
        if name not in self._newest or template.version > self._newest[name].version:
            self._newest[name] = template

    def _template_faults(self, template: Template) -> list[str]:
        where = f"template {template.key} ({template.channel}, {template.locale}, v{template.version})"
        faults = [f"{where}: {fault}" for fault in template.faults()]
        undeclared = [name for name in template.names if name not in self.variables]
        faults += [f"{where}: {name} is not a declared variable" for name in undeclared]
        phrase = self.forbidden(template.subject + template.text + template.html)
        return [*faults, f"{where}: nobody may say {phrase}"] if phrase and template.channel != "chat" else faults

    def _rule_faults(self, rule: Rule) -> list[str]:
        where = f"rule {rule.name}"
        faults = [] if rule.purpose in self.purposes else [f"{where}: there is no purpose {rule.purpose}"]
        for channel in rule.channels:
            found = self._choices(rule, channel)
            if not found:
                faults.append(f"{where}: no template {rule.template} for {channel}")
            for template in found:
                known = {*BUILT_IN, *rule.values}
                faults += [
                    f"{where}: {template.key} wants {name}, which the line does not give"
                    for name in template.names
                    if name not in known
                ]
        return faults

    def _choices(self, rule: Rule, channel: Channel) -> list[Template]:
        prefix, brace, _ = rule.template.partition("{")
        return [
            template
            for (key, on, _), template in self._newest.items()
            if on == channel and (key.startswith(prefix) if brace else key == rule.template)
        ]
