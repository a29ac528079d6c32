"""A text of JSON is told to have too many values before it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.json_values import more_values

VALUES = st.recursive(
    st.one_of(st.integers(), st.text('",\\[]{}:a', max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text('",\\a', max_size=3), inner)),
    max_leaves=20,
)


def commas(value: object) -> int:
    """Between the members of its lists and objects."""
    if not isinstance(value, list | dict):
        return 0
    members = list(value.values()) if isinstance(value, dict) else value
    return max(len(members) - 1, 0) + sum(map(commas, members))


@given(VALUES, st.booleans())
def test_commas_in_texts_are_no_values(value: object, ascii_alone: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_alone)
    assert [more_values(text, most) for most in (commas(value), commas(value) + 1)] == [True, False]


@pytest.mark.parametrize("text", ['"' + '\\"' * 50_000, '"a,' * 50_000, '"' + "," * 50_000, "\\" * 50_001 + '"'])
def test_a_text_that_never_ends_is_gone_through_as_any_other(text: str) -> None:
    assert more_values(text, 100_000) is False
