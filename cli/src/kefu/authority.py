"""`kefu authority`: what a proposed authority matrix would have changed."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from kefu.api import Api
from kefu.console import say, show_table
from kefu.surroundings import surroundings
from kefu.trouble import Trouble
from shared.contracts.roles import Role

app = typer.Typer(help="Try a proposed authority matrix.", no_args_is_help=True, add_completion=False)


@app.callback()
def about() -> None:
    """Try a proposed authority matrix."""


@app.command("what-if")
def what_if(
    file: Annotated[
        Path, typer.Argument(help="A policy for complaints, or only its table `authority` and clocks (TOML).")
    ],
) -> None:
    """Replay the closed complaints against it: who would have decided what, which clocks would have been missed.

    Nothing is changed. Shown are the decisions that become possible or impossible and the clocks whose outcome changes.
    """
    proposed = _read(file)
    api = Api(surroundings(), Role.CS_MANAGER)
    cases = list(_replayed(api, proposed))
    show_table(("complaint", "at", "who", "role", "amount", "may", "would", "asked instead"), list(_changed(cases)))
    show_table(("complaint", "clock", "due", "would be due", "missed", "would be missed"), list(_late(cases)))
    _sum_up(cases)


def _read(file: Path) -> dict[str, Any]:
    try:
        policy = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Trouble(f"{file} cannot be read: {error}") from None
    clocks = [each for each in _tables(policy) if "name" in each and "term" in each]
    proposed = {"authority": policy.get("authority"), "terms": {clock["name"]: clock["term"] for clock in clocks}}
    if not proposed["authority"] and not clocks:
        raise Trouble(f"{file} has neither an [authority] matrix nor a clock with a name and a term")
    return json.loads(json.dumps(proposed, default=str))  # type: ignore[no-any-return]


def _tables(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The tables of a policy and the tables in them: some clocks stand in a group, such as the steps."""
    for each in policy.values():
        if isinstance(each, dict):
            yield each
            yield from (inner for inner in each.values() if isinstance(inner, dict))


def _replayed(api: Api, proposed: Mapping[str, Any]) -> Iterator[Any]:
    after: str | None = None
    while True:
        page = api.post("complaints", "/what-if?limit=200" + (f"&after={after}" if after else ""), proposed)
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


def _changed(cases: list[Any]) -> Iterator[tuple[Any, ...]]:
    for case in cases:
        for each in case["decisions"]:
            if each["allowed"] != each["would_allow"]:
                amount = f"{each['amount']['amount']} {each['amount']['currency']}"
                asked = each["would_ask"] or "no one: another currency"
                may = (_yes(each["allowed"]), _yes(each["would_allow"]))
                yield case["complaint_no"], each["at"], each["by"], each["role"], amount, *may, asked


def _late(cases: list[Any]) -> Iterator[tuple[Any, ...]]:
    for case in cases:
        for each in case["clocks"]:
            if each["missed"] != each["would_miss"]:
                dues = (each["due_at"], each["would_be_due_at"])
                yield case["complaint_no"], each["clock"], *dues, _yes(each["missed"]), _yes(each["would_miss"])


def _sum_up(cases: list[Any]) -> None:
    decisions = [each for case in cases for each in case["decisions"]]
    clocks = [each for case in cases for each in case["clocks"]]
    asked = Counter(each["would_ask"] for each in decisions if each["would_ask"])
    roles = ", ".join(f"{role} {count}" for role, count in sorted(asked.items())) or "none"
    other = sum(each["allowed"] != each["would_allow"] for each in decisions)
    missed, would = sum(each["missed"] for each in clocks), sum(each["would_miss"] for each in clocks)
    say(f"{len(cases)} closed cases, {len(decisions)} decisions, {other} of them otherwise; would be asked: {roles}")
    say(f"{len(clocks)} clocks, {missed} missed, {would} would have been missed")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
