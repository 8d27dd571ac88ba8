"""Conditions and deadlines are said in words of both languages, for pages and the handbook."""

from typing import Any

import pytest

from routines import definition
from routines.conditions import Condition, parts
from routines.model import DeadlineKind, Routine, TimeLimit
from routines.saying import condition_in_words, deadline_in_words
from tests.routines.examples import field, routine, step, text

OF = routine(
    step("ask", fields=[field("way", "choice"), field("sure", "yes_no")]),
    step("then"),
    conditions=[{"id": "it", "title": text("it is so"), "condition": {"fact": "found"}}],
)


def condition(**of: Any) -> Condition:
    """Return a condition as a routine's file says it."""
    when = routine(
        step("ask", fields=[field("way", "choice"), field("sure", "yes_no")]), step("then", when=of)
    )
    found = when.step("then").when
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("of", "sv", "en"),
    [
        (
            {"field": "ask.sure", "is": "yes"},
            "”sure (sv)” i ”ask (sv)” är ja",
            "“sure (en)” in “ask (en)” is yes",
        ),
        (
            {"field": "ask.way", "in": ["a", "b"]},
            "”way (sv)” i ”ask (sv)” är a (sv) eller b (sv)",
            "a (en) or b (en)",
        ),
        ({"field": "ask.way"}, "”way (sv)” i ”ask (sv)” är ifyllt", "is filled in"),
        ({"fact": "found"}, "found (sv)", "found (en)"),
        ({"fact": "found", "is": False}, "det stämmer inte att found (sv)", "it is not so that found (en)"),
        ({"fact": "searchers", "at_least": 3}, "searchers (sv): minst 3", "searchers (en): at least 3"),
        ({"fact": "searchers", "is": 0}, "searchers (sv): 0", "searchers (en): 0"),
        ({"not": {"fact": "searchers", "at_least": 3}}, "searchers (sv): färre än 3", "fewer than 3"),
        ({"done": "ask"}, "”ask (sv)” är gjort", "“ask (en)” is done"),
        (
            {"done": "ask", "since": "close"},
            "”ask (sv)” är gjort efter ”close (sv)”",
            "done since “close (en)”",
        ),
        (
            {"since": "reported", "weeks": 4},
            "det har gått 4 veckor sedan reported (sv)",
            "4 weeks have passed",
        ),
        ({"since": "ask", "days": 1}, "det har gått 1 dag sedan ”ask (sv)” gjordes", "1 day"),
        (
            {"all": [{"fact": "found"}, {"any": [{"done": "ask"}, {"not": {"fact": "found"}}]}]},
            "found (sv) och (”ask (sv)” är gjort eller det stämmer inte att found (sv))",
            "found (en) and (“ask (en)” is done or it is not so that found (en))",
        ),
    ],
)
def test_a_condition_is_said_in_words(of: dict[str, Any], sv: str, en: str) -> None:
    said = condition_in_words(OF, condition(**of))
    assert (said.sv, en in said.en) == (sv, True), said


def test_a_named_condition_is_said_by_its_title() -> None:
    of = routine(
        step("a"), step("b", when={"condition": "it"}), conditions=definition.as_data(OF)["conditions"]
    )
    when = of.step("b").when
    assert when is not None
    assert condition_in_words(of, when).sv == "it is so (sv)"


@pytest.mark.parametrize(
    ("deadline", "sv"),
    [
        (TimeLimit(DeadlineKind.AT_ONCE, 2), "genast, senast inom 2 timmar"),
        (
            TimeLimit(DeadlineKind.HOURS, 72, "reported"),
            "inom 72 timmar, också över helger, räknat från reported (sv)",
        ),
        (TimeLimit(DeadlineKind.WORKING_DAYS, 0), "samma arbetsdag före 17.00"),
        (TimeLimit(DeadlineKind.WORKING_DAYS, 1), "senast nästa arbetsdag 17.00"),
        (TimeLimit(DeadlineKind.WORKING_DAYS, 3), "inom 3 arbetsdagar"),
        (TimeLimit(DeadlineKind.WEEKS, 1), "inom 1 vecka"),
    ],
)
def test_a_deadline_is_said_in_words(deadline: TimeLimit, sv: str) -> None:
    assert deadline_in_words(OF, deadline).sv == sv


@pytest.mark.parametrize("name", [one.name for one in definition.packaged()])
def test_every_condition_and_deadline_we_ship_can_be_said(name: str) -> None:
    of: Routine = definition.packaged_routine(name)
    for one in of.steps:
        for of_step in (one.when, one.until, one.again, *(each.when for each in one.fields)):
            for part in parts(of_step, of.named):
                said = condition_in_words(of, part)
                assert said.sv not in ("", "?")
                assert said.en not in ("", "?", said.sv)
        if one.deadline:
            assert deadline_in_words(of, one.deadline)
