"""How long the goods of a contract are under warranty, and how sure we are (001 售后四, 001 备注3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from aftersales.domain.parts.warranty import Covered, Rule, no_such_day, span
from shared.calendar import months_later
from shared.contracts.aftersales import Verdict, WarrantyOverride
from shared.contracts.event import Part, PreciseDate

SAID: Mapping[Verdict, str] = MappingProxyType(
    {"in_warranty": "保修期内", "out_of_warranty": "已过保修期", "uncertain": "无法确定"}
)
"""How a customer reads a verdict, on the passport and on their own page."""

_RULE_UNKNOWN = "但合同可能适用的另一条保修规则结论不同，因此无法确定是否在保修期内，请核对合同原件。"
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


def last_days(begins: PreciseDate, months: int) -> tuple[date, date]:
    """The earliest and the latest day that can be the last one under warranty; equal when the day is known.

    The last day is the same day of the later month, and belongs to the warranty. A month that lacks the day ends it on
    its own last day: 29 February + 12 months is 28 February.
    """
    first, last = span(begins)
    return months_later(first, months), months_later(last, months)


def governing(rules: Sequence[Rule], covered: Covered | None, as_of: date) -> tuple[Rule, ...]:
    """Every rule that may have been in force when the contract was made, the oldest first: each one of its month where
    its day is not known. For an unknown contract, the rule of the day asked about."""
    made = (covered.contract_date or covered.registered_date) if covered else None
    dates = [each for each in (made, covered.contradicting if covered else None) if each]
    spans = [span(each) for each in dates] or [(as_of, as_of)]
    found = {rule.contracts_from: rule for first, last in spans for rule in _in_force(rules, first, last)}
    return tuple(found[day] for day in sorted(found))


def _in_force(rules: Sequence[Rule], first: date, last: date) -> tuple[Rule, ...]:
    """The rule of the first day, and those that came into force after it, up to the last one."""
    at_first = max((rule for rule in rules if rule.contracts_from <= first), key=lambda rule: rule.contracts_from)
    return (at_first, *(rule for rule in rules if first < rule.contracts_from <= last))


def assess(rules: Sequence[Rule], covered: Covered | None, as_of: date) -> Finding:
    """Whether the contract was under warranty on `as_of`, a local day. Never guesses: doubt is `uncertain`.

    What a person decided otherwise than the rule goes before it, on the days on which it holds, and is named; the last
    day under warranty is then the one that they named, if they did.
    """
    found = _by_every_rule(governing(rules, covered, as_of), covered, as_of)
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


def in_words(decided: WarrantyOverride) -> str:
    """Who decided otherwise than the rule, for which day and why, as customer, staff and finance read it."""
    who = f"{decided.role.chinese}（{decided.by}）" if decided.role else decided.by
    return f"{_decision(who, decided)}，理由：{decided.reason.rstrip('。')}。"


def steps_for_a_link(rules: Sequence[Rule], covered: Covered, as_of: date) -> tuple[str, ...]:
    """The steps of the explanation for whoever has the customer's link: no colleague, nothing that one wrote."""
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


def _by_every_rule(rules: Sequence[Rule], covered: Covered | None, as_of: date) -> Finding:
    """The answer of the rules, `uncertain` where one that may govern the contract answers otherwise than another."""
    found, *others = (_by_rule(rule, covered, as_of) for rule in rules)
    if all(other.verdict == found.verdict for other in others):
        return found
    return found.but(verdict="uncertain", days_left=None, explanation=(*found.explanation, _RULE_UNKNOWN))


def _by_rule(rule: Rule, covered: Covered | None, as_of: date) -> Finding:
    """The answer of the rule alone.

    Where the date on the number and the registered one contradict each other, the number's counts (001 售后四b) as long
    as both lead to the same answer; otherwise the answer is `uncertain`.
    """
    if covered is None:
        return Finding(
            verdict="uncertain", rule=rule, explanation=("未找到对应的合同，无法判断是否在保修期内，请核对合同编号。",)
        )
    begins = covered.begins(rule.basis)
    if begins is None:
        return Finding(verdict="uncertain", rule=rule, explanation=(_contract(covered), _missing(rule, covered)))
    months = rule.months if covered.months is None else covered.months
    earliest, latest = last_days(begins, months)
    by_number = _verdict(begins, earliest, latest, as_of)
    registered = covered.contradicting if rule.basis == "contract_date" else None
    verdict = by_number if registered is None else _agreed(by_number, registered, months, as_of)
    return Finding(
        verdict=verdict,
        rule=rule.but(months=months),
        begins=begins,
        expires_on=latest,
        days_left=(latest - as_of).days if earliest == latest and verdict != "uncertain" else None,
        explanation=(
            _contract(covered),
            _counting(rule, begins, months),
            *_shortened(begins, earliest),
            *_disagreement(covered),
            _conclusion(by_number, begins, earliest, latest, as_of),
            *_doubt(by_number, verdict),
        ),
    )


def _verdict(begins: PreciseDate, earliest: date, latest: date, as_of: date) -> Verdict:
    if as_of < span(begins)[1] or earliest < as_of <= latest:
        return "uncertain"
    return "in_warranty" if as_of <= earliest else "out_of_warranty"


def _agreed(by_number: Verdict, registered: PreciseDate, months: int, as_of: date) -> Verdict:
    by_registered = _verdict(registered, *last_days(registered, months), as_of)
    return by_number if by_number == by_registered else "uncertain"


def _told(day: PreciseDate) -> str:
    return day.on.isoformat() if day.precision == "day" else f"{day.on:%Y-%m}，具体日期不详"


def _contract(covered: Covered) -> str:
    return f"合同编号：{covered.contract_no or '未知'}。"


def _counting(rule: Rule, begins: PreciseDate, months: int) -> str:
    since = f"{_BASIS_IN_WORDS[rule.basis]}（{_told(begins)}）"
    return f"保修期自{since}起 {months} 个月（规则 {rule.name}，第 {rule.version} 版）。"


def _missing(rule: Rule, covered: Covered) -> str:
    wrong = no_such_day(covered.contract_no) if covered.contract_no else None
    if wrong and rule.basis == "contract_date":
        return f"保修期自合同日期起算，合同编号上的日期 {wrong} 不存在，因此无法确定是否在保修期内，请核对合同原件。"
    return f"保修期自{_BASIS_IN_WORDS[rule.basis]}起算，该日期尚无记录，无法判断是否在保修期内。"


def _shortened(begins: PreciseDate, ends: date) -> tuple[str, ...]:
    """A month that lacks the day is named: a warranty that begins on 29 February ends on the 28th."""
    if begins.precision == "month" or begins.on.day == ends.day:
        return ()
    return (f"{ends:%Y} 年 {ends.month} 月没有 {begins.on.day} 日，以该月最后一日为保修截止日。",)


def _disagreement(covered: Covered) -> tuple[str, ...]:
    registered = covered.contradicting
    if registered is None:
        return ()
    return (f"合同登记的签订日期为 {_told(registered)}，与合同编号不同，以合同编号为准。",)


def _doubt(by_number: Verdict, verdict: Verdict) -> tuple[str, ...]:
    if by_number == verdict:
        return ()
    return ("但按登记的签订日期计算，结论不同，因此无法确定是否在保修期内，请核对合同原件。",)


def _conclusion(verdict: Verdict, begins: PreciseDate, earliest: date, latest: date, as_of: date) -> str:
    if as_of < span(begins)[1]:
        return f"查询日期 {as_of} 可能早于起算日期，请核对。"
    if verdict == "uncertain":
        return (
            f"保修截止日在 {earliest} 与 {latest} 之间，查询日期 {as_of} 是否在保修期内无法确定，请核对合同的签订日期。"
        )
    until = f"保修截止日为 {latest}" if earliest == latest else f"保修截止日不早于 {earliest}、不晚于 {latest}"
    if verdict == "in_warranty":
        return f"{until}，查询日期 {as_of} 在保修期内。"
    return f"{until}，查询日期 {as_of} 已过保修期。"
