"""The filter survives its trip through an address."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Abstention, Decision, Symptom
from domain.errors import InputError
from domain.facts import Outcome, Plan, SafetyKind, Severity
from domain.filter import Filter

# What a browser's address can carry: no lone surrogates; blanks are folded.
WORD = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)


def some(values: type) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(list(values)), unique=True).map(tuple)


FILTERS = st.builds(
    Filter,
    first_day=st.none() | st.dates(),
    last_day=st.none() | st.dates(),
    products=st.lists(WORD, unique=True).map(tuple),
    causes=some(Decision),
    symptoms=some(Symptom),
    safety_kinds=some(SafetyKind),
    severities=some(Severity),
    plans=some(Plan),
    outcomes=some(Outcome),
    abstentions=some(Abstention),
    words=st.lists(WORD).map(" ".join),
    incident=st.just("") | WORD,
    least_probability=st.floats(0, 1),
)


@given(FILTERS)
def test_a_filter_reads_what_it_wrote(wanted: Filter) -> None:
    assert Filter.from_query(wanted.to_query()) == wanted


def test_an_empty_filter_leaves_no_trace_in_the_address() -> None:
    assert Filter().to_query() == {}
    assert Filter.from_query({}) == Filter()


def test_unknown_names_and_empty_values_are_left_alone() -> None:
    assert Filter.from_query({"page": ["2"], "products": [""], "first_day": []}) == Filter()


@pytest.mark.parametrize(
    "query",
    [
        {"first_day": ["yesterday"]},
        {"causes": ["bad luck"]},
        {"least_probability": ["1.5"]},
        {"least_probability": ["nan"]},
        {"symptoms": ["x" * 500]},
        {"severities": ["terrible"]},
        {"safety_kinds": ["unknown"]},
    ],
)
def test_a_wrong_value_is_named(query: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match=f"The filter {next(iter(query))}="):
        Filter.from_query(query)


def test_days_are_days() -> None:
    assert Filter.from_query({"first_day": ["2026-05-08"]}).first_day == date(2026, 5, 8)
