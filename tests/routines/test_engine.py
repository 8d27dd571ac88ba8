"""The engine opens what should be open, refuses what must not be done, and knows when it is finished."""

from datetime import timedelta
from typing import Any

import pytest

from routines import engine
from routines.conditions import Answer
from routines.model import Routine
from routines.progress import Doer, Progress, Record
from routines.wording import Refused
from tests.routines.examples import ANNA, BO, CALENDAR, CHIEF, MONDAY, beginning, field, routine, step, text


def turned(of: Routine, progress: Progress, hours: int = 0) -> Progress:
    """Return the progress after one look at it."""
    return engine.advanced(of, progress, CALENDAR, MONDAY + timedelta(hours=hours)).progress


def finished_step(
    of: Routine, progress: Progress, name: str, by: Doer = ANNA, hours: int = 0, **answers: Answer
) -> Progress:
    """Return the progress after completing a step and looking again."""
    now = MONDAY + timedelta(hours=hours)
    return turned(of, progress.with_records(engine.complete(of, progress, name, answers, by, now)), hours)


def names(records: tuple[Record, ...]) -> list[str]:
    return [record.step for record in records]


def test_steps_with_nothing_before_them_open_side_by_side() -> None:
    of = routine(step("one"), step("two"), step("three", after=["one"]))
    assert names(engine.open_steps(turned(of, beginning()))) == ["one", "two"]


def test_a_step_opens_when_all_before_it_is_done() -> None:
    of = routine(step("one"), step("two"), step("three", after=["one", "two"]))
    progress = finished_step(of, turned(of, beginning()), "one")
    assert names(engine.open_steps(progress)) == ["two"]
    assert names(engine.open_steps(finished_step(of, progress, "two"))) == ["three"]


def test_a_condition_over_an_answer_decides_which_step_opens() -> None:
    of = routine(
        step("ask", fields=[field("way", "choice", required=True)]),
        step("left", when={"field": "ask.way", "is": "a"}),
        step("right", when={"field": "ask.way", "is": "b"}),
    )
    progress = finished_step(of, turned(of, beginning()), "ask", way="b")
    assert names(engine.open_steps(progress)) == ["right"]
    assert names(engine.open_steps(finished_step(of, progress, "right"))) == ["close"]


def test_a_step_that_is_not_needed_any_more_falls_away_by_itself() -> None:
    of = routine(step("one"), step("search", until={"fact": "found"}))
    progress = turned(of, beginning())
    turn = engine.advanced(of, progress.with_facts(found=True), CALENDAR, MONDAY)
    assert [(record.step, record.end) for record in turn.lapsed] == [("search", "lapsed")]
    assert names(engine.open_steps(turn.progress)) == ["one"]


def test_a_second_search_by_the_first_searcher_is_refused() -> None:
    of = routine(
        step("first", kind="search", performed_by="who", fields=[field("who", "person", required=True)]),
        step("second", kind="search", after=["first"], distinct_from=["first"]),
    )
    progress = finished_step(of, turned(of, beginning()), "first", by=BO, who="user:1")
    refused = engine.may_complete(of, progress, "second", {}, ANNA, MONDAY)
    assert [problem.sv for problem in refused] == [
        "”first (sv)” gjordes av samma person. Låt en annan göra ”second (sv)”."
    ]
    assert engine.may_complete(of, progress, "second", {}, BO, MONDAY) == ()


def test_a_reserved_step_is_refused_to_everybody_else() -> None:
    of = routine(step("decide", who=["manager"], reserved=True))
    progress = turned(of, beginning())
    assert engine.may_complete(of, progress, "decide", {}, ANNA, MONDAY)
    assert engine.may_complete(of, progress, "decide", {}, CHIEF, MONDAY) == ()


def test_the_end_waits_for_all_that_is_open() -> None:
    of = routine(step("one"), step("close", after=["one"], ends={"rest": "done"}), step("slow"))
    progress = finished_step(of, turned(of, beginning()), "one")
    assert [one.en for one in engine.may_complete(of, progress, "close", {}, ANNA, MONDAY)] == [
        "Finish first: slow (en)."
    ]
    progress = finished_step(of, finished_step(of, progress, "slow"), "close")
    assert engine.is_finished(of, progress, MONDAY)


def test_a_short_way_ends_it_and_lets_the_rest_fall_away() -> None:
    yes = {"field": "short.sure", "is": "yes"}
    of = routine(
        step(
            "short", fields=[field("sure", "yes_no", required=True)], ends={"rest": "falls_away", "when": yes}
        ),
        step("long"),
        step("close", after=["short", "long"], ends={"rest": "done"}),
    )
    begun = turned(of, beginning())
    short = finished_step(of, begun, "short", sure="yes")
    assert engine.is_finished(of, short, MONDAY)
    assert engine.open_steps(short) == ()
    long = finished_step(of, begun, "short", sure="no")
    assert not engine.is_finished(of, long, MONDAY)
    assert names(engine.open_steps(long)) == ["long"]


def test_a_repeated_step_opens_until_it_is_enough() -> None:
    enough: dict[str, Any] = {"fact": "searchers", "at_least": 3}
    of = routine(step("search", kind="search", again={"not": enough}))
    progress = turned(of, beginning())
    for count in (1, 2, 3):
        assert names(engine.open_steps(progress)) == ["search"]
        progress = finished_step(of, progress.with_facts(searchers=count), "search")
    assert names(engine.open_steps(progress)) == ["close"]


def test_time_alone_opens_a_step() -> None:
    of = routine(step("one"), step("escalate", when={"since": "reported", "weeks": 4}))
    progress = turned(of, beginning())
    assert names(engine.open_steps(turned(of, progress, hours=4 * 7 * 24 - 1))) == ["one"]
    assert names(engine.open_steps(turned(of, progress, hours=4 * 7 * 24))) == ["one", "escalate"]


def test_a_deadline_is_stored_when_the_step_opens_and_not_moved_by_a_later_fact() -> None:
    of = routine(step("notify", deadline={"hours": 72, "from": "reported"}))
    progress = turned(of, beginning())
    later = turned(of, progress.with_facts(reported=MONDAY + timedelta(days=5)), hours=1)
    assert [one.deadline for one in engine.open_steps(later)] == [MONDAY + timedelta(hours=72)]


def test_a_decision_with_a_reason_moves_the_deadline_of_the_steps_it_names() -> None:
    of = routine(
        step("notify", deadline={"hours": 72, "from": "reported"}),
        step(
            "later",
            on_demand=True,
            fields=[field("at", "moment", required=True), field("why", required=True)],
            moves={"fact": "reported", "field": "at", "steps": ["notify"]},
        ),
    )
    progress = turned(of, beginning(reported=MONDAY - timedelta(days=1)))
    progress = progress.with_records(engine.start(of, progress, "later", CALENDAR, MONDAY))
    answers = {"at": MONDAY.isoformat(), "why": "seen"}
    assert engine.may_complete(of, progress, "later", {"at": MONDAY.isoformat()}, ANNA, MONDAY)
    moved = engine.moved(of, "later", answers)
    assert moved is not None
    progress = progress.with_facts(**{moved.fact: moved.moment})
    changed = engine.recounted(of, progress, moved.steps, CALENDAR, MONDAY)
    assert [(one.step, one.deadline) for one in changed] == [("notify", MONDAY + timedelta(hours=72))]


def test_an_outcome_is_refused_until_what_it_takes_is_there() -> None:
    lost = {
        "id": "lost",
        "title": text("lost"),
        "given_by": {"field": "decide.outcome", "is": "a"},
        "requires": [{"condition": {"fact": "searchers", "at_least": 3}, "message": text("Search more")}],
        "deciders": ["decide.with"],
        "not_only": "heads",
    }
    fields = [field("outcome", "choice", required=True), field("with", "person", several=True)]
    of = routine(step("decide", fields=fields), outcomes=[lost])

    def refused(by: Doer, searchers: int, **answers: Answer) -> list[str]:
        progress = turned(of, beginning(searchers=searchers, heads=frozenset({CHIEF.id})))
        found = engine.may_complete(of, progress, "decide", {"outcome": "a", **answers}, by, MONDAY)
        return [problem.en for problem in found]

    assert refused(ANNA, 2) == ["Search more (en)"]
    assert refused(CHIEF, 3) == [
        "“lost (en)” may not be decided by heads (en) alone. Let somebody else decide too."
    ]
    assert refused(CHIEF, 3, **{"with": ("user:9",)}) == []
    assert refused(ANNA, 3) == []


def test_a_step_may_be_set_aside_only_if_optional_and_with_a_reason() -> None:
    of = routine(step("must"), step("may", optional=True))
    progress = turned(of, beginning())
    with pytest.raises(Refused, match="has to be done"):
        engine.set_aside(of, progress, "must", "not here", ANNA, MONDAY)
    with pytest.raises(Refused, match="Write why"):
        engine.set_aside(of, progress, "may", " ", ANNA, MONDAY)
    record = engine.set_aside(of, progress, "may", "not here", ANNA, MONDAY)
    assert (record.end, record.reason) == ("not_needed", "not here")


def test_a_fact_that_is_not_supplied_stops_everything() -> None:
    of = routine(step("one"))
    with pytest.raises(ValueError, match="heads"):
        engine.advanced(of, Progress({"reported": MONDAY, "found": False, "searchers": 0}), CALENDAR, MONDAY)


def test_a_step_that_fell_away_opens_again_when_it_is_needed_after_all() -> None:
    of = routine(step("one"), step("search", until={"fact": "found"}))
    progress = turned(of, turned(of, beginning()).with_facts(found=True))
    assert names(engine.open_steps(progress)) == ["one"]
    progress = turned(of, progress.with_facts(found=False))
    assert [(one.step, one.occurrence) for one in engine.open_steps(progress)] == [("one", 1), ("search", 2)]


def test_a_step_does_not_open_while_one_it_pauses_for_is_open() -> None:
    of = routine(
        step("first"), step("confirm", when={"fact": "found"}), step("second", pauses_for=["confirm"])
    )
    progress = turned(of, beginning(found=True))
    assert names(engine.open_steps(progress)) == ["first", "confirm"]
    waiting = engine.blocked_by(of, progress, "second", MONDAY)
    assert waiting is not None
    assert waiting.steps == ("confirm",)
    progress = finished_step(of, progress, "confirm")
    assert names(engine.open_steps(progress)) == ["first", "second"]


def test_a_step_not_needed_after_what_asks_for_it_does_not_open_again() -> None:
    of = routine(
        step("ask", again={"fact": "found"}),
        step("refuse", when={"done": "ask"}, again={"done": "ask", "since": "refuse"}, optional=True),
    )
    progress = finished_step(of, turned(of, beginning()), "ask")
    aside = engine.set_aside(of, progress, "refuse", "found", ANNA, MONDAY + timedelta(hours=1))
    progress = turned(of, progress.with_records(aside), 1)
    assert "refuse" not in names(engine.open_steps(progress))
    progress = turned(of, progress.with_facts(found=True), 2)
    progress = finished_step(of, progress, "ask", hours=2)
    assert "refuse" in names(engine.open_steps(progress))  # asked for once more


def test_what_a_step_waits_for_can_be_told() -> None:
    of = routine(step("one"), step("two", after=["one"], when={"fact": "found"}), step("any", on_demand=True))
    progress = turned(of, beginning())
    waiting = engine.blocked_by(of, progress, "two", MONDAY)
    assert waiting == engine.WaitReason(("one",), of.step("two").when)
    assert engine.blocked_by(of, progress, "one", MONDAY) is None
    by_choice = engine.blocked_by(of, progress, "any", MONDAY)
    assert by_choice is not None
    assert by_choice.on_demand


def test_the_most_urgent_comes_first_and_each_party_sees_its_own() -> None:
    of = routine(
        step("slow", deadline={"weeks": 1}),
        step("never"),
        step("fast", who=["manager", "owner"], deadline={"at_once": 2}),
        step("hers", who=["manager"], deadline={"days": 2}),
    )
    progress = turned(of, beginning())
    assert names(engine.open_steps(progress)) == ["fast", "hers", "slow", "never"]
    assert names(engine.next_for(of, progress, "manager")) == ["fast", "hers"]
    assert names(engine.next_for(of, progress, "owner")) == ["fast", "slow", "never"]
    assert names(engine.due(progress, MONDAY + timedelta(hours=2))) == ["fast"]


def test_what_was_done_after_its_deadline_stays_late() -> None:
    of = routine(step("one", deadline={"hours": 2}))
    progress = turned(of, beginning())
    in_time = engine.complete(of, progress, "one", {}, ANNA, MONDAY + timedelta(hours=9), MONDAY)
    late = engine.complete(of, progress, "one", {}, ANNA, MONDAY + timedelta(hours=9))
    assert not in_time.is_late(MONDAY + timedelta(days=9))
    assert late.is_late(MONDAY)
    with pytest.raises(Refused, match="in the future"):
        engine.complete(of, progress, "one", {}, ANNA, MONDAY, MONDAY + timedelta(minutes=6))
    ahead = engine.complete(of, progress, "one", {}, ANNA, MONDAY, MONDAY + timedelta(minutes=4))
    assert ahead.done_at == MONDAY, "clocks differ"


def test_a_step_started_by_choice_is_started_once_at_a_time_and_any_number_of_times() -> None:
    of = routine(step("one"), step("note", on_demand=True))
    progress = turned(of, beginning())
    for occurrence in (1, 2):
        record = engine.start(of, progress, "note", CALENDAR, MONDAY)
        assert record.occurrence == occurrence
        progress = progress.with_records(record)
        with pytest.raises(Refused, match="cannot be started"):
            engine.start(of, progress, "note", CALENDAR, MONDAY)
        progress = finished_step(of, progress, "note")


def test_alerts_never_come_before_the_step_opened() -> None:
    rule = {"hours": 4, "remind_before": 24, "escalate_after": 3, "escalate_to": "manager"}
    of = routine(step("one", deadline=rule), step("two", deadline={**rule, "hours": 72}))
    told = {one.step: engine.alerts(of, one) for one in engine.open_steps(turned(of, beginning()))}
    assert [alert.kind for alert in told["one"]] == ["missed", "escalated"]
    assert [(alert.kind, alert.at - MONDAY, alert.to) for alert in told["two"]] == [
        ("reminder", timedelta(hours=48), ("owner",)),
        ("missed", timedelta(hours=72), ("owner",)),
        ("escalated", timedelta(hours=75), ("manager",)),
    ]
