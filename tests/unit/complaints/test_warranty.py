"""No solution of a matter of quality is proposed before it is known whether the goods are under warranty."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID

import pytest

from complaints.api.history import history
from complaints.domain.decisions.handling import classify, keep_warranty
from complaints.domain.decisions.resolution import propose
from complaints.domain.parts.handling import Classification, WarrantyNote
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import WarrantyChecked, WarrantyOverride, WarrantyRule
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CHECK = UUID(int=9)
NOW = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))
QUALITY = Classification(nature="quality", category="玻璃破损")


def checked(case, verdict, override=None):
    """What after-sales says about the warranty of a case."""
    return WarrantyChecked(
        check_id=CHECK,
        complaint_id=case.id,
        customer_id=case.form.customer.customer_id,
        rule=WarrantyRule(),
        as_of=date(2026, 11, 22),
        verdict=verdict,
        override=override,
    )


@pytest.fixture
def of_quality(in_every_stage, rules):
    """A matter of quality whose cause is known, about an order."""
    return classify(in_every_stage["investigated"], QUALITY, rules, NOW).state


@pytest.fixture
def offer(proposal, rules):
    return lambda case: propose(case, proposal.options, 0, True, rules, NOW).state.stage


def test_a_matter_of_quality_waits_until_after_sales_has_said_whether_it_is_under_warranty(of_quality, offer):
    with pytest.raises(Refused) as refused:
        offer(of_quality)

    assert refused.value.code == "warranty_awaited"
    for verdict in ("in_warranty", "out_of_warranty"):
        assert offer(keep_warranty(of_quality, checked(of_quality, verdict), NOW).state) == "proposed"


def test_an_uncertain_warranty_waits_for_a_person_who_decides_it_with_a_reason(of_quality, offer):
    uncertain = keep_warranty(of_quality, checked(of_quality, "uncertain"), NOW).state
    by_the_manager = WarrantyOverride(by="cs-manager-01", reason="合同原件在保修期内")
    decided = keep_warranty(uncertain, checked(uncertain, "in_warranty", by_the_manager), NOW)

    with pytest.raises(Refused) as refused:
        offer(uncertain)

    assert (refused.value.code, str(CHECK) in refused.value.detail) == ("warranty_uncertain", True)
    assert decided == Change(
        uncertain.but(
            warranty=(
                *uncertain.warranty,
                WarrantyNote(
                    check_id=CHECK,
                    verdict="in_warranty",
                    rule=WarrantyRule(),
                    decided_by="cs-manager-01",
                    reason="合同原件在保修期内",
                    at=AT,
                ),
            )
        )
    )
    assert offer(decided.state) == "proposed"
    assert [(step.by, step.words) for step in history(decided.state) if step.what == "保修核定"] == [
        (None, "不确定"),
        ("cs-manager-01", "在保（合同原件在保修期内）"),
    ]


def test_the_last_answer_of_a_check_holds_in_whatever_order_its_answers_arrive(of_quality, offer):
    first, second, third = (replace(NOW, sequence=number) for number in (1, 2, 3))
    said = [
        (checked(of_quality, "uncertain"), first),
        (checked(of_quality, "out_of_warranty"), second),
        (checked(of_quality, "in_warranty"), third),
    ]
    for arriving in permutations(said):
        case = of_quality
        for answer, told in arriving:
            case = keep_warranty(case, answer, told).state
        assert [note.verdict for note in case.warranty] == ["uncertain", "out_of_warranty", "in_warranty"]
        assert offer(case) == "proposed"


def test_the_answer_of_another_check_stands_after_those_before_it(of_quality):
    later = keep_warranty(of_quality, checked(of_quality, "in_warranty"), replace(NOW, sequence=5)).state
    other = checked(of_quality, "out_of_warranty").but(check_id=UUID(int=10))
    case = keep_warranty(later, other, replace(NOW, sequence=1)).state
    assert [note.verdict for note in case.warranty] == ["in_warranty", "out_of_warranty"]


def test_what_was_filed_as_a_matter_of_quality_waits_unless_it_is_classified_as_another(in_every_stage, rules, offer):
    case = in_every_stage["investigated"]
    filed = case.but(form=case.form.but(nature="quality"))
    another = classify(filed, QUALITY.but(nature="non_quality"), rules, NOW).state

    with pytest.raises(Refused) as refused:
        offer(filed)

    assert (refused.value.code, offer(another)) == ("warranty_awaited", "proposed")


def test_a_complaint_that_names_neither_order_nor_contract_has_no_warranty_to_wait_for(of_quality, offer):
    nameless = of_quality.form.but(order_no=None, contract_no=None)
    under_contract = nameless.but(contract_no="JG20260930-017")

    with pytest.raises(Refused) as refused:
        offer(of_quality.but(form=under_contract))

    assert (refused.value.code, offer(of_quality.but(form=nameless))) == ("warranty_awaited", "proposed")
