"""A filled-in form is complete, each answer of its kind, and nothing in it that nobody asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routines import engine
from routines.answers import as_moment
from tests.routines.examples import ANNA, CALENDAR, MONDAY, beginning, field, routine, step, text


def refused(fields: list[dict[str, Any]], answers: dict[str, Any], **keys: Any) -> list[tuple[str, str]]:
    """Return what is wrong with the answers to a form."""
    of = routine(step("ask", fields=fields, **keys))
    progress = engine.advanced(of, beginning(), CALENDAR, MONDAY).progress
    return [(one.path, one.sv) for one in engine.may_complete(of, progress, "ask", answers, ANNA, MONDAY)]


@pytest.mark.parametrize(
    ("kind", "keys", "right", "wrong"),
    [
        ("text", {}, ["a", "å" * 300], [3, "å" * 301, ("a",)]),
        ("long_text", {}, ["a\nb"], [3, "a" * 20_001]),
        ("diary_number", {}, ["SN-2026-4"], [7, "a" * 61]),
        ("choice", {}, ["a"], ["c", ("a",), 1]),
        ("choices", {}, [("a",), ("a", "b")], [("c",), "a", ("a", "a"), 1]),
        ("yes_no", {}, ["yes", "no"], ["ja", 1, True]),
        ("date", {}, ["2026-11-23", "1999-02-28"], ["2026-02-30", "23/11 2026", "20261123", 1, "2026-11-25"]),
        ("date", {"future": True}, ["2027-01-01"], ["2027-13-01"]),
        (
            "moment",
            {},
            ["2026-11-23T08:04+00:00", "2026-11-23T09:00+01:00"],
            ["2026-11-23T08:00", "2026-11-23"],
        ),
        ("moment", {}, ["2026-11-22T23:59:59.5Z"], ["2026-11-23T08:06+00:00", "2026-11-23T25:00+00:00", 1]),
        ("moment", {"future": True}, ["2030-01-01T00:00+01:00"], ["2030-01-01"]),
        ("number", {"at_least": 1, "at_most": 3}, [1, 3], [0, 4, "2", True]),
        ("person", {}, ["user:1"], [("user:1",), 1, "x" * 206]),
        ("person", {"several": True}, [("user:1",), ("user:1", "user:2")], ["user:1", (1,)]),
        ("place", {}, ["place:1"], [1]),
        ("file", {"several": True}, [("file:1",)], ["file:1", ("",)]),
    ],
)
def test_an_answer_is_of_its_kind(
    kind: str, keys: dict[str, Any], right: list[Any], wrong: list[Any]
) -> None:
    fields = [field("x", kind, **keys)]
    assert [(answer, refused(fields, {"x": answer})) for answer in right] == [
        (answer, []) for answer in right
    ]
    for answer in wrong:
        assert [path for path, _ in refused(fields, {"x": answer})] == ["x"], answer


def test_what_is_required_must_be_there_and_blanks_are_nothing() -> None:
    fields = [field("x", required=True), field("y")]
    for empty in ({}, {"x": ""}, {"x": "  "}, {"x": None}):
        assert refused(fields, empty) == [("x", "Fyll i ”x (sv)”.")]
    assert refused(fields, {"x": "a", "y": ""}) == []


def test_a_field_is_asked_for_only_on_its_condition() -> None:
    only_if_not = {"field": "ask.sure", "is": "no"}
    fields = [field("sure", "yes_no", required=True), field("why", required=True, when=only_if_not)]
    assert refused(fields, {"sure": "yes"}) == []
    assert refused(fields, {"sure": "no"}) == [("why", "Fyll i ”why (sv)”.")]
    assert [path for path, _ in refused(fields, {"sure": "yes", "why": "because"})] == ["why"]


def test_required_evidence_must_lie_beside_it() -> None:
    evidence = [
        {"id": "paper", "label": text("paper")},
        {"id": "note", "label": text("note"), "optional": True},
    ]
    assert refused([], {}, evidence=evidence) == [
        ("paper", "Bifoga ”paper (sv)”, eller skriv var det finns.")
    ]
    assert refused([], {"paper": ("attachment:1",)}, evidence=evidence) == []
    assert refused([], {"paper": "in the vault"}, evidence=evidence) == []
    assert [path for path, _ in refused([], {"paper": 3}, evidence=evidence)] == ["paper"]


def test_answers_to_questions_nobody_asked_are_refused() -> None:
    assert refused([field("x")], {"z": "a"}) == [("z", "Steget har inget fält ”z”.")]


def test_all_that_is_wrong_is_told_at_once() -> None:
    fields = [field("x", required=True), field("n", "number"), field("d", "date")]
    assert [path for path, _ in refused(fields, {"n": "many", "d": "today"})] == ["x", "n", "d"]


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.text()) | st.lists(st.integers())
)
KINDS = ["text", "choice", "choices", "yes_no", "date", "moment", "number", "person", "place", "file"]


@given(st.sampled_from(KINDS), st.booleans(), ANYTHING)
def test_whatever_is_sent_is_taken_or_refused_in_words(kind: str, several: bool, answer: object) -> None:
    keys = {"several": True} if several and kind in ("person", "place", "file") else {}
    for path, sentence in refused([field("x", kind, **keys)], {"x": answer}):
        assert path == "x"
        assert sentence.endswith(".")


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    assert as_moment(moment.isoformat()) == moment
    assert as_moment(moment.replace(tzinfo=None).isoformat()) is None


@pytest.mark.parametrize("alone", ["none", "nobody"])
def test_an_option_that_says_that_no_other_applies_is_chosen_alone(alone: str) -> None:
    fields = [field("x", "choices", options=["a", "b", alone])]
    for right in ((alone,), ("a", "b")):
        assert refused(fields, {"x": right}) == []
    said = f"”x (sv)”: ”{alone} (sv)” kan inte väljas tillsammans med andra svar."
    assert refused(fields, {"x": ("a", alone)}) == [("x", said)]
