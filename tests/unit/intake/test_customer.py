"""A customer's file: registered once, corrected by adding, given to one owner."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from intake.domain.customer import Customer, customer_id_of
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import assign, correct
from intake.domain.parts.chain import Entry
from intake.settings import Settings
from shared.aggregate import Refused
from shared.calendar import CHINA
from shared.contracts.intake import (
    Contact,
    CustomerAssigned,
    CustomerRegistered,
    CustomerUpdated,
    FieldChange,
    Particulars,
)
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
RULES = nowhere(Settings).rules(CHINA)
ID = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
WANG = Contact(name="王建国", title="王总", mobile="13800138000", email="wang@hengda.example")
HENGDA = Particulars(name="广州恒达装饰工程有限公司", kind="intermediary", contacts=(WANG,), region="华南")


def registered():
    return register(ID, HENGDA, "engineering", cause(NOW))


@pytest.mark.requirement("R122.b")
def test_a_customer_is_registered_with_the_department_that_found_it():
    change = registered()
    assert change.state.source == "engineering"
    assert change.events == (
        CustomerRegistered(
            customer_id=ID,
            name=HENGDA.name,
            kind="intermediary",
            contacts=(WANG,),
            region="华南",
            source="engineering",
        ),
    )


def test_facts_carry_the_first_contact():
    assert registered().state.snapshot() == CustomerSnapshot(
        customer_id=ID,
        kind="intermediary",
        name=HENGDA.name,
        contact_name="王建国",
        title="王总",
        mobile="13800138000",
        email="wang@hengda.example",
    )


def test_a_customer_without_contacts_can_still_be_named():
    change = register(ID, Particulars(name="明镜眼镜店"), "cs", cause(NOW))
    assert change.state.snapshot() == CustomerSnapshot(customer_id=ID, name="明镜眼镜店")


def test_facts_carry_the_contact_that_is_named_for_nothing_in_particular():
    foreman = Contact(name="陈工", mobile="13700137000", concerns=("site",))
    both = HENGDA.but(contacts=(foreman, WANG))

    assert register(ID, both, "sales", cause(NOW)).state.snapshot().mobile == WANG.mobile


def test_a_file_whose_contacts_are_all_named_for_something_has_its_first_carried_by_facts():
    foreman = Contact(name="陈工", mobile="13700137000", concerns=("site",))

    alone = register(ID, HENGDA.but(contacts=(foreman,)), "sales", cause(NOW))

    assert alone.state.snapshot().mobile == foreman.mobile


@pytest.mark.requirement("R043.a")
def test_a_correction_is_a_new_revision_and_the_earlier_one_stays():
    customer = registered().state
    change = correct(customer, {"region": "华东"}, "客户来电更正", cause(NOW))
    assert change.state.revision == 2
    assert [entry.content["particulars"]["region"] for entry in change.state.file] == ["华南", "华东"]
    assert change.events == (
        CustomerUpdated(
            customer_id=ID,
            revision=2,
            name=HENGDA.name,
            kind="intermediary",
            contacts=(WANG,),
            region="华东",
            changed={"region": FieldChange(before="华南", after="华东")},
            reason="客户来电更正",
        ),
    )


@pytest.mark.requirement("R123.c")
def test_special_specifications_are_kept_with_the_customer():
    change = correct(registered().state, {"special_specs": ("门洞一律加宽至 1100 mm",)}, "客户要求", cause(NOW))
    assert change.state.particulars.special_specs == ("门洞一律加宽至 1100 mm",)
    assert change.events[0].changed == {"special_specs": FieldChange(before=[], after=["门洞一律加宽至 1100 mm"])}


def test_a_correction_that_changes_nothing_is_refused():
    with pytest.raises(Refused) as refused:
        correct(registered().state, {"region": "华南"}, "更正", cause(NOW))
    assert refused.value.code == "nothing_changes"


@pytest.mark.requirement("R125.a")
def test_a_customer_has_one_owner_who_is_told_and_has_a_week():
    change = assign(registered().state, "am-03", "manual", RULES, cause(NOW))
    again = assign(change.state, "am-04", "ability", RULES, cause(NOW))
    assert change.state.particulars.owner == "am-03"
    assert change.events[1] == CustomerAssigned(
        customer_id=ID,
        customer_name=HENGDA.name,
        owner="am-03",
        rule="manual",
        first_contact_due=NOW + timedelta(days=7),
    )
    assert again.state.particulars.owner == "am-04"
    assert again.events[1].previous_owner == "am-03"


@pytest.mark.requirement("R043.b")
def test_a_file_that_was_altered_behind_our_back_is_found():
    customer = correct(registered().state, {"region": "华东"}, "更正", cause(NOW)).state
    first, second = customer.file
    forged = first.but(content={**first.content, "source": "sales"})
    assert customer.first_altered() is None
    assert customer.but(file=(forged, second)).first_altered() == 1


@pytest.mark.requirement("R043.b")
def test_a_change_of_the_present_without_an_entry_is_found():
    customer = registered().state
    assert customer.but(particulars=HENGDA.but(name="别的公司")).first_altered() == 1


OLDER = {
    "seq": 1,
    "at": "2026-11-22T02:00:00.000000Z",
    "by": {"kind": "staff", "id": "cs-01", "role": "cs_specialist"},
    "kind": "registered",
    "content": {
        "particulars": {
            "customer_no": None,
            "name": "广州恒达装饰工程有限公司",
            "kind": "end",
            "contacts": [{"name": "王建国", "mobile": "13800138000"}],
            "owner": "am-03",
        },
        "source": "cs",
    },
    "previous": "0" * 64,
    "hash": "364efb772ef76ad2c7125ac88b139ea107ae4e8d23923865930dc3a1770c2ef3",
}
"""The entry of a release that knew less of a customer and of a contact."""


def test_a_file_whose_entries_lack_what_a_later_release_keeps_is_whole():
    file = (Entry.model_validate(OLDER),)
    particulars = Particulars.model_validate(OLDER["content"]["particulars"])
    customer = Customer(id=ID, particulars=particulars, source="cs", file=file)

    assert customer.first_altered() is None
    assert customer.but(particulars=particulars.but(owner="am-04")).first_altered() == 1
    assert customer.but(particulars=particulars.but(member=True)).first_altered() == 1
    assert correct(customer, {"region": "华南"}, "补充", cause(NOW)).state.first_altered() is None


@pytest.mark.requirement("R043.b")
def test_a_revision_taken_off_the_end_is_missed_by_who_heard_of_it():
    customer = registered().state
    assert customer.first_altered([1]) is None
    assert customer.first_altered([1, 2]) == 2


def test_the_same_number_of_two_departments_is_two_customers():
    assert customer_id_of("sales", "KH-1") != customer_id_of("engineering", "KH-1")
    assert customer_id_of("sales", "KH-1") == customer_id_of("sales", "KH-1")
