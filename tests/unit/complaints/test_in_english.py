"""The pages of complaints as they are read in English; what the customer and papers are told stays in Chinese."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from english import COOKIE, left_in_chinese

from complaints.api.customer_view import STATUS
from complaints.domain.decisions.review import begin_review
from complaints.domain.monthly_review import review_id_of
from complaints.domain.parts.evaluation import CaseReview
from complaints.pages import LOCALE
from shared.aggregate import Change
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TOLD = set(STATUS.values())
"""What stands on the page as the customer reads it."""


@pytest.fixture
async def kept(in_every_stage, stores, rules):
    """A case in every stage, each with a number of its own."""
    cases = {}
    for n, (stage, case) in enumerate(in_every_stage.items(), start=1):
        cases[stage] = case.but(id=UUID(int=n), number=f"2026-11-{n:04d}" if case.number else None)
        await stores.complaints.create(Change(cases[stage]), cause(AT))
    reviewed = tuple(CaseReview(case=cases[stage].about, outcome="resolved") for stage in ("closed", "implemented"))
    await stores.reviews.create(begin_review("2026-11", reviewed, rules, cause(AT)), cause(AT))
    return cases


@pytest.mark.parametrize("role", ["cs_specialist", "cs_manager", "deputy_gm", "gm_office"])
async def test_no_page_says_in_chinese_what_the_catalogue_has_in_english(world, kept, role):
    customer = kept["filed"].form.customer.customer_id
    lists = ("/ui/complaints", "/ui/complaints?part=all", "/ui/decide", "/ui/figures", f"/ui/customers/{customer}")
    months = ("/ui/reviews", f"/ui/reviews/{review_id_of('2026-11')}")
    left = set()
    for path in (*lists, *months, *(f"/ui/complaints/{case.id}" for case in kept.values())):
        answer = await world.ask(role, "GET", path, headers=COOKIE)
        assert answer.status_code == 200, (path, answer.text)
        left |= {(path, text) for text in left_in_chinese(answer.text, LOCALE) if text not in TOLD}
    assert left == set()


async def test_a_paper_and_the_history_of_the_api_are_in_chinese_for_whoever_reads_them(world, kept):
    for path in (f"/ui/papers/complaints/{kept['closed'].id}", f"/complaints/{kept['closed'].id}/history"):
        in_english = await world.ask("cs_manager", "GET", path, headers=COOKIE)
        in_chinese = await world.ask("cs_manager", "GET", path)
        assert (in_english.status_code, in_english.text) == (200, in_chinese.text)
