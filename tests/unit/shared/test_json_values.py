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


def values(value: object) -> int:
    """It and all values in it; an empty list or object counts twice."""
    if not isinstance(value, list | dict):
        return 1
    members = list(value.values()) if isinstance(value, dict) else value
    return 1 + (sum(map(values, members)) if members else 1)


@given(VALUES, st.booleans())
def test_values_are_counted_before_they_are_read_and_what_stands_in_texts_is_none(
    value: object, ascii_alone: bool
) -> None:
    text, count = json.dumps(value, ensure_ascii=ascii_alone), values(value)
    assert [more_values(text, most) for most in (count - 1, count)] == [True, False]


@pytest.mark.parametrize("nested", ["[" * 20 + "]" * 20, '{"a":' * 20 + "1" + "}" * 20])
def test_values_without_a_comma_between_them_count_as_well(nested: str) -> None:
    text = "[" + ",".join([nested] * 5_000) + "]"
    assert (text.count(",") < 50_000, more_values(text, 50_000)) == (True, True)


@pytest.mark.parametrize("text", ['"' + '\\"' * 50_000, '"a,' * 50_000, '"' + "," * 50_000, "\\" * 50_001 + '"'])
def test_a_text_that_never_ends_is_gone_through_as_any_other(text: str) -> None:
    assert more_values(text, 100_000) is False
