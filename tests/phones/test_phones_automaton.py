"""Expressions as automata: they recognise what the expressions match, and what they prove holds."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telecmi_leads.phones.automaton import Automaton, Outlook, Unsupported

DIGITS = "0123456789"


def patterns() -> st.SearchStrategy[str]:
    """Make expressions of the kind that phone metadata has."""
    digit = st.sampled_from(DIGITS)
    two = st.tuples(digit, digit).map(lambda pair: "-".join(sorted(pair)))
    inside = st.lists(st.one_of(digit, two), min_size=1, max_size=4).map(lambda parts: f"[{''.join(parts)}]")
    atom = st.one_of(digit, st.just(r"\d"), inside)
    count = st.one_of(
        st.sampled_from(["", "", "", "?", "*", "+"]),
        st.integers(1, 4).map(lambda number: f"{{{number}}}"),
        st.tuples(st.integers(0, 2), st.integers(2, 5)).map(lambda pair: f"{{{pair[0]},{pair[1]}}}"),
    )

    def extended(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        group = st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})")
        capturing = inner.map(lambda part: f"({part})")
        item = st.tuples(st.one_of(group, capturing, atom), count).map("".join)
        return st.lists(item, min_size=1, max_size=3).map("".join)

    return st.recursive(st.tuples(atom, count).map("".join), extended, max_leaves=8)


@given(patterns(), st.text(DIGITS, max_size=8), st.integers(0, 3))
def test_automata_agree_with_regular_expressions(pattern: str, known: str, rest: int) -> None:
    """Always means that every text with these first digits matches, never that none does, depends that both occur."""
    expression = re.compile(pattern)
    texts = [known + (f"{number:0{rest}d}" if rest else "") for number in range(10**rest)]
    matched = {expression.fullmatch(text) is not None for text in texts}
    wanted = Outlook.DEPENDS if len(matched) == 2 else Outlook.ALWAYS if True in matched else Outlook.NEVER
    assert Automaton(pattern).outlook(known, rest) is wanted


@given(patterns(), st.text(DIGITS, max_size=6), st.integers(1, 3))
def test_automata_tell_whether_a_match_can_still_end(pattern: str, known: str, within: int) -> None:
    """A match may end after a few more digits just where some such digits complete a text that the pattern matches."""
    machine = Automaton(pattern)
    state = machine.start
    for digit in known:
        state = machine.step(state, digit)
    endings = (f"{number:0{rest}d}" for rest in range(1, within + 1) for number in range(10**rest))
    wanted = any(re.fullmatch(pattern, known + ending) for ending in endings)
    assert machine.may_end(state, within) is wanted


@pytest.mark.parametrize(
    "pattern",
    [
        "a", ".", "^1", "1$", r"\w", r"\D", "(?=1)2", "(?!1)2", "(?P<a>1)",
        "1{", "1{,3}", "1{2,}", "1{0}", "[^1]", "[1", "(1", "1)", "1??", "1*+", "[2-1]", "\\",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(pattern: str) -> None:
    """An expression with anything else in it is not guessed at: numbers then go to phonenumbers."""
    with pytest.raises(Unsupported):
        Automaton(pattern)


def test_all_expressions_of_the_metadata_are_understood() -> None:
    """Every number description of the installed metadata becomes an automaton that recognises its own example."""
    seen = 0
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            assert metadata is not None
            for desc in (
                metadata.general_desc,
                metadata.fixed_line,
                metadata.mobile,
                metadata.toll_free,
                metadata.voip,
            ):
                if desc is not None and desc.national_number_pattern:
                    machine = Automaton(desc.national_number_pattern)
                    example = desc.example_number
                    assert example is None or machine.outlook(example, 0) is Outlook.ALWAYS
                    seen += 1
    assert seen > 900


def test_what_is_proved_of_the_metadata_holds() -> None:
    """What is said to hold for every ending of a number that begins so holds for endings drawn at random."""
    rnd = random.Random(20_240_312)
    metadata = PhoneMetadata.metadata_for_region("IN")
    assert metadata is not None
    for desc in (metadata.general_desc, metadata.fixed_line, metadata.mobile):
        assert desc is not None
        pattern = desc.national_number_pattern
        assert pattern is not None
        machine, expression = Automaton(pattern), re.compile(pattern)
        proved = 0
        for _ in range(3_000):
            known = "".join(rnd.choices(DIGITS, k=rnd.randrange(1, 8)))
            rest = 10 - len(known)
            outlook = machine.outlook(known, rest)
            if outlook is not Outlook.DEPENDS:
                proved += 1
                text = known + "".join(rnd.choices(DIGITS, k=rest))
                assert (expression.fullmatch(text) is not None) == (outlook is Outlook.ALWAYS), text
        assert proved > 1_000
