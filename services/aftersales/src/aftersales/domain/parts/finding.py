"""How long the goods of a contract are under warranty, and how sure we are (001 售后四, 001 备注3)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from aftersales.domain.parts.warranty import Covered, Rule, no_such_day, span
from shared.calendar import months_later
from shared.contracts.aftersales import Verdict, WarrantyOverride
from shared.contracts.event import Part, PreciseDate

SAID: Mapping[Verdict, str] = MappingProxyType(
    {"in_warranty": "保修期内", "out_of_warranty": "已过保修期", "uncertain": "无法确定"}
)
"""How a customer reads a verdict, on the passport and on their own page."""

_BASIS_IN_WORDS = {"contract_date": "合同日期", "acceptance_date": "验收日期"}


class Finding(Part):
    """The answer to a warranty question, with its reasons in words that a customer may read.

    `rule` is the one that was followed, with the contract's own months where it names them. `expires_on` is the last
    day under warranty; when the contract's day is unknown, the last one it could be, and `days_left` is absent, as it
    is whenever the verdict is uncertain. `begins` is absent when the contract is not known, or not yet accepted where
    that counts.
    """

    verdict: Verdict
    rule: Rule
    begins: PreciseDate | None = None
    expires_on: date | None = None
    days_left: int | None = None
    override: WarrantyOverride | None = None
    explanation: tuple[str, ...]


class Reckoning(NamedTuple):
    """By one rule: the first and the last day on which the contract can be made, and the warranty can begin and end."""

    rule: Rule
    made: tuple[date, date]
    begins: tuple[date, date]
    ends: tuple[date, date]


def earliest_end(rules: Sequence[Rule], covered: Covered, as_of: date) -> date | None:
    """The earliest day that can be the last one under warranty, by the date that counts, where that is known."""
    reckonings = [_reckoned(rule, days, covered) for rule, days in _in_force(rules, _made(covered, as_of))]
    return min((reckoning.ends[0] for reckoning in reckonings if reckoning), default=None)


def _made(covered: Covered, as_of: date) -> tuple[date, date]:
    """The days on which the contract may have been made; the day asked about where nothing is known of it."""
    made = covered.contract_date or covered.registered_date
    return span(made) if made else (as_of, as_of)


def _in_force(rules: Sequence[Rule], made: tuple[date, date]) -> tuple[tuple[Rule, tuple[date, date]], ...]:
    """The rules that were in force on some of these days, each with the days that it governs, the oldest first."""
    ordered = sorted(rules, key=lambda rule: rule.contracts_from)
    ended = [*(rule.contracts_from - timedelta(days=1) for rule in ordered[1:]), date.max]
    governed = (
        (rule, (max(made[0], rule.contracts_from), min(made[1], until)))
        for rule, until in zip(ordered, ended, strict=True)
    )
    return tuple((rule, (first, last)) for rule, (first, last) in governed if first <= last)


def _reckoned(rule: Rule, made: tuple[date, date], covered: Covered) -> Reckoning | None:
    """What this rule says of a contract made on one of these days; nothing where its date is not known.

    The last day is the same day of the later month, and belongs to the warranty. A month that lacks the day ends it on
    its own last day: 29 February + 12 months is 28 February.
    """
    begins = covered.begins(rule.basis)
    if begins is None:
        return None
    months = rule.months if covered.months is None else covered.months
    first, last = made if rule.basis == "contract_date" else span(begins)
    ends = months_later(first, months), months_later(last, months)
    return Reckoning(rule.but(months=months), made, (first, last), ends)


def assess(rules: Sequence[Rule], covered: Covered | None, as_of: date) -> Finding:
    """Whether the contract was under warranty on `as_of`, a local day. Never guesses: doubt is `uncertain`.

    So is what holds for an order that was cancelled, of which the rule says nothing.

    What a person decided otherwise than the rule goes before it, on the days on which it holds, and is named; the last
    day under warranty is then the one that they named, if they did.
    """
    found = _unless_cancelled(_by_rule(rules, covered, as_of), covered)
    decided = covered.decided if covered else None
    if decided is None or decided.as_of is None or as_of < decided.as_of:
        return found
    verdict = _decided(decided, as_of)
    if verdict is None:
        return found.but(explanation=(*found.explanation, in_words(decided)))
    return found.but(
        verdict=verdict,
        override=decided,
        expires_on=decided.until,
        days_left=days_left(decided, as_of),
        explanation=(*found.explanation, in_words(decided)),
    )


def _unless_cancelled(found: Finding, covered: Covered | None) -> Finding:
    if covered is None or not covered.cancelled:
        return found
    why = "但该订单已取消，因此无法确定是否仍在保修范围内，请核对。"
    return found.but(verdict="uncertain", days_left=None, explanation=(*found.explanation, why))


def in_words(decided: WarrantyOverride) -> str:
    """Who decided otherwise than the rule, for which day and why, as customer, staff and finance read it."""
    who = f"{decided.role.chinese}（{decided.by}）" if decided.role else decided.by
    return f"{_decision(who, decided)}，理由：{decided.reason.rstrip('。')}。"


def steps_for_a_link(rules: Sequence[Rule], covered: Covered, as_of: date) -> tuple[str, ...]:
    """The steps of the explanation for the holder of the customer's link: no colleague, nothing that one wrote."""
    steps = assess(rules, covered.but(decided=None), as_of).explanation
    return steps if covered.decided is None else (*steps, f"{_decision('我们', covered.decided)}。")


def _decision(who: str, decided: WarrantyOverride) -> str:
    until = f"，保修截止日为 {decided.until}" if decided.until else ""
    said = "在保修期内" if decided.verdict == "in_warranty" else "已过保修期"
    return f"{who}认定 {decided.as_of} {said}{until}"


def days_left(decided: WarrantyOverride, as_of: date) -> int | None:
    """The days left until the last day that a person named; nothing where they named none."""
    return (decided.until - as_of).days if decided.until else None


def _decided(decided: WarrantyOverride, as_of: date) -> Verdict | None:
    """What a decision says about its own day or a later one; nothing about later days where it names no last day."""
    if decided.until is not None:
        return "in_warranty" if as_of <= decided.until else "out_of_warranty"
    return decided.verdict if as_of == decided.as_of else None


def _by_rule(rules: Sequence[Rule], covered: Covered | None, as_of: date) -> Finding:
    """The answer of the rule that was in force when the contract was made; of each one that may have been.

    Where the date on the number and the registered one contradict each other, the number's counts (001 售后四b) as long
    as both lead to the same answer; otherwise the answer is `uncertain`.
    """
    if covered is None:
        ((rule, _),) = _in_force(rules, (as_of, as_of))
        return Finding(
            verdict="uncertain", rule=rule, explanation=("未找到对应的合同，无法判断是否在保修期内，请核对合同编号。",)
        )
    reckonings = list[Reckoning]()
    for rule, made in _in_force(rules, _made(covered, as_of)):
        reckoning = _reckoned(rule, made, covered)
        if reckoning is None:
            return Finding(verdict="uncertain", rule=rule, explanation=(_contract(covered), _missing(rule, covered)))
        reckonings.append(reckoning)
    rule, begins = reckonings[-1].rule, covered.begins(reckonings[-1].rule.basis)
    by_number, (earliest, latest) = _verdict(reckonings, as_of), _ends(reckonings)
    verdict = _agreed(by_number, rules, covered, as_of)
    return Finding(
        verdict=verdict,
        rule=rule,
        begins=begins,
        expires_on=latest,
        days_left=(latest - as_of).days if earliest == latest and verdict != "uncertain" else None,
        explanation=(
            _contract(covered),
            *_counting(reckonings, covered),
            *_shortened(reckonings),
            *_disagreement(covered),
            _conclusion(reckonings, as_of),
            *_doubt(by_number, verdict),
        ),
    )


def _ends(reckonings: Sequence[Reckoning]) -> tuple[date, date]:
    """The earliest and the latest day that can be the last one under warranty; equal when it is known."""
    return min(reckoning.ends[0] for reckoning in reckonings), max(reckoning.ends[1] for reckoning in reckonings)


def _verdict(reckonings: Sequence[Reckoning], as_of: date) -> Verdict:
    earliest, latest = _ends(reckonings)
    if as_of < max(reckoning.begins[1] for reckoning in reckonings) or earliest < as_of <= latest:
        return "uncertain"
    return "in_warranty" if as_of <= earliest else "out_of_warranty"


def _agreed(by_number: Verdict, rules: Sequence[Rule], covered: Covered, as_of: date) -> Verdict:
    """What the date on the number says, if the registered one does not say otherwise."""
    if covered.contradicting is None:
        return by_number
    reckonings = [_reckoned(rule, made, covered) for rule, made in _in_force(rules, span(covered.contradicting))]
    known = [reckoning for reckoning in reckonings if reckoning]
    return by_number if len(known) == len(reckonings) and _verdict(known, as_of) == by_number else "uncertain"


def _told(day: PreciseDate) -> str:
    return day.on.isoformat() if day.precision == "day" else f"{day.on:%Y-%m}，具体日期不详"


def _contract(covered: Covered) -> str:
    return f"合同编号：{covered.contract_no or '未知'}。"


def _counting(reckonings: Sequence[Reckoning], covered: Covered) -> Iterator[str]:
    for rule, (first, last), *_ in reckonings:
        counted = f"{rule.months} 个月（规则 {rule.name}，第 {rule.version} 版）。"
        begins = covered.begins(rule.basis)
        if len(reckonings) == 1 and begins:
            yield f"保修期自{_BASIS_IN_WORDS[rule.basis]}（{_told(begins)}）起 {counted}"
        else:
            yield f"合同如于 {first} 至 {last} 签订，保修期自{_BASIS_IN_WORDS[rule.basis]}起 {counted}"


def _missing(rule: Rule, covered: Covered) -> str:
    wrong = no_such_day(covered.contract_no) if covered.contract_no else None
    if wrong and rule.basis == "contract_date":
        return f"保修期自合同日期起算，合同编号上的日期 {wrong} 不存在，因此无法确定是否在保修期内，请核对合同原件。"
    return f"保修期自{_BASIS_IN_WORDS[rule.basis]}起算，该日期尚无记录，无法判断是否在保修期内。"


def _shortened(reckonings: Sequence[Reckoning]) -> Iterator[str]:
    """A month that lacks the day is named: a warranty that begins on 29 February ends on the 28th."""
    for reckoning in reckonings:
        (begins, latest), (ends, _) = reckoning.begins, reckoning.ends
        if begins == latest and begins.day != ends.day:
            yield f"{ends:%Y} 年 {ends.month} 月没有 {begins.day} 日，以该月最后一日为保修截止日。"


def _disagreement(covered: Covered) -> tuple[str, ...]:
    registered = covered.contradicting
    if registered is None:
        return ()
    return (f"合同登记的签订日期为 {_told(registered)}，与合同编号不同，以合同编号为准。",)


def _doubt(by_number: Verdict, verdict: Verdict) -> tuple[str, ...]:
    if by_number == verdict:
        return ()
    return ("但按登记的签订日期计算，结论不同，因此无法确定是否在保修期内，请核对合同原件。",)


def _conclusion(reckonings: Sequence[Reckoning], as_of: date) -> str:
    verdict, (earliest, latest) = _verdict(reckonings, as_of), _ends(reckonings)
    if as_of < max(reckoning.begins[1] for reckoning in reckonings):
        return f"查询日期 {as_of} 可能早于起算日期，请核对。"
    if verdict == "uncertain":
        return (
            f"保修截止日在 {earliest} 与 {latest} 之间，查询日期 {as_of} 是否在保修期内无法确定，请核对合同的签订日期。"
        )
    until = f"保修截止日为 {latest}" if earliest == latest else f"保修截止日不早于 {earliest}、不晚于 {latest}"
    if verdict == "in_warranty":
        return f"{until}，查询日期 {as_of} 在保修期内。"
    return f"{until}，查询日期 {as_of} 已过保修期。"
