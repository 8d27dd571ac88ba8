"""The routine for a suspected lost file, as the stories of the city would go through it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routines import definition, engine
from routines.conditions import Answer
from routines.progress import Doer, Progress, Record
from routines.wording import Refused
from tests.routines.examples import CALENDAR
from tests.routines.walking import moments

ROUTINE = definition.packaged_routine("suspected_lost_file")
EVERYBODY = frozenset(one.id for one in ROUTINE.parties)
FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
AT_ONCE = {
    "tell_manager",
    "tell_dpo",
    "screen_risk",
    "secure_room",
    "record_checks",
    "case_systems",
    "first_search",
    "diary",
    "decide_notification",
    "lex_sarah_report",
}
NOTHING = {"result": "nothing", "searched": "the room"}
LOST = {"files": ("file:1",), "outcome": "declared_lost", "reason": "gone", "decision": ("paper:1",)}
CALM = {"protected": "no", "child": "no", "ongoing": "no", "crime": "no", "risk": "small"}


class Story:
    """One incident, told step by step; the facts are set by hand as the register would."""

    def __init__(self, **facts: Any) -> None:
        self.now = FRIDAY
        begun = dict.fromkeys(("missed", "suspected", "aware", "reported"), FRIDAY - timedelta(hours=1))
        self.progress = Progress(moments(**begun, **facts))
        self.look()
        self.do("report", **report())

    def look(self, **facts: Any) -> None:
        """Look again, with some facts changed."""
        self.progress = self.progress.with_facts(**facts)
        self.progress = engine.advanced(ROUTINE, self.progress, CALENDAR, self.now).progress

    def do(self, step: str, by: str = "user:1", **answers: Answer) -> None:
        """Complete a step."""
        doer = Doer(by, EVERYBODY)
        done = engine.complete(ROUTINE, self.progress, step, answers, doer, self.now)
        self.progress = self.progress.with_records(done)
        self.look()

    def refused(self, step: str, by: str, answers: Mapping[str, Answer]) -> str:
        """Return what stands against completing a step."""
        found = engine.may_complete(ROUTINE, self.progress, step, answers, Doer(by, EVERYBODY), self.now)
        return " ".join(problem.en for problem in found)

    def open(self) -> set[str]:
        """Return what is open."""
        return {record.step for record in engine.open_steps(self.progress)}

    def deadline(self, step: str) -> datetime | None:
        """Return the deadline of an open step."""
        record = self.progress.open_record(step)
        assert record is not None, step
        return record.deadline

    @property
    def finished(self) -> bool:
        """Tell whether it is closed."""
        return engine.is_finished(ROUTINE, self.progress, self.now)


def report(**other: Answer) -> dict[str, Answer]:
    """Return a report of one registered file."""
    return {
        "what": ("registered",),
        "missed_at": (FRIDAY - timedelta(hours=1)).isoformat(),
        "missed_by": "user:9",
        "purpose": "a request",
        "someone_waits": "no",
        "earlier": "no",
        **other,
    }


def breach(**other: Answer) -> dict[str, Answer]:
    """Return a decision to notify."""
    return {"facts": "a", "effects": "b", "measures": "c", "risk": "high", "notify": "yes", **other}


def find(**other: Answer) -> dict[str, Answer]:
    """Return a confirmed find."""
    return {
        "files": ("file:1",),
        "right": "yes",
        "found_at": FRIDAY.isoformat(),
        "found_by": "user:7",
        "how": "delivery",
        "where": "in another cover",
        "in_cover": "yes",
        "state": "whole",
        "exposed": "no",
        **other,
    }


def test_the_tracks_start_side_by_side_and_only_those_the_report_calls_for() -> None:
    assert Story().open() == AT_ONCE


def test_imys_seventy_two_hours_run_over_the_weekend_and_wait_for_no_search() -> None:
    story = Story()
    story.do("decide_notification", **breach())
    assert story.deadline("notify_imy") == FRIDAY + timedelta(hours=71)
    assert "first_search" in story.open()


def test_the_diary_entry_is_due_on_the_next_working_day() -> None:
    assert Story().deadline("diary") == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_not_notifying_takes_a_reason_that_is_kept() -> None:
    story = Story()
    answers = breach(notify="no", risk="unlikely")
    assert "Why a risk is unlikely" in story.refused("decide_notification", "user:1", answers)
    story.do("decide_notification", **answers, why_not="sealed all the time")
    assert "notify_imy" not in story.open()


def test_a_later_moment_of_awareness_moves_the_clock_only_by_a_reserved_decision_with_a_reason() -> None:
    story = Story()
    story.progress = story.progress.with_records(
        engine.start(ROUTINE, story.progress, "later_awareness", CALENDAR, story.now)
    )
    later = (FRIDAY - timedelta(minutes=10)).isoformat()
    assert "Reason" in story.refused("later_awareness", "user:1", {"aware_at": later, "dpo_advice": "ok"})
    nobody = Doer("user:1", frozenset({"owner"}))
    answers = {"aware_at": later, "reason": "seemed lent", "dpo_advice": "ok"}
    assert engine.may_complete(ROUTINE, story.progress, "later_awareness", answers, nobody, story.now)
    moved = engine.moved(ROUTINE, "later_awareness", answers)
    assert moved is not None
    story.look(**{moved.fact: moved.moment})
    assert story.deadline("decide_notification") == FRIDAY + timedelta(hours=47)
    story.progress = story.progress.with_records(
        *engine.recounted(ROUTINE, story.progress, moved.steps, CALENDAR, story.now)
    )
    assert story.deadline("decide_notification") == FRIDAY + timedelta(hours=48, minutes=-10)


def test_after_seventy_two_hours_the_notification_asks_why_it_is_late() -> None:
    story = Story()
    story.do("decide_notification", **breach())
    assert "after 72 hours" not in story.refused("notify_imy", "user:1", {})
    story.now += timedelta(hours=71)
    assert "after 72 hours" in story.refused("notify_imy", "user:1", {})


def test_a_protected_person_is_seen_to_at_once_and_so_is_an_unknown_answer() -> None:
    assert "warn_protected" in Story(protected=True).open()
    story = Story()
    story.do("screen_risk", **{**CALM, "protected": "unknown", "child": "yes"})
    assert {"warn_protected", "child_safety"} <= story.open()


def test_the_short_way_takes_three_things_and_the_managers_word() -> None:
    story = Story()
    found = {"result": "all_found", "found_where": "next box", "cause": "wrong_box", "outsiders": "no"}
    story.do("first_search", searched_by="user:1", **found)
    story.look(to_confirm=1)
    assert "short_confirm" in story.open()
    assert not {"confirm_find", "second_search"} & story.open()
    story.do("short_confirm", by="user:3", confirmed="yes")
    assert story.finished
    assert story.open() == set()


@pytest.mark.parametrize(
    ("facts", "answers"),
    [({"protected": True}, {}), ({}, {"outsiders": "unknown"}), ({}, {"outsiders": "yes"})],
    ids=["protected person", "perhaps read", "read"],
)
def test_the_short_way_is_closed_for_protected_persons_and_outsiders(
    facts: dict[str, Any], answers: dict[str, str]
) -> None:
    story = Story(**facts)
    found = {"result": "all_found", "found_where": "next box", "cause": "wrong_box", "outsiders": "no"}
    story.progress = story.progress.with_facts(to_confirm=1)
    story.do("first_search", searched_by="user:1", **(found | answers))
    assert "short_confirm" not in story.open()
    assert "confirm_find" in story.open()


def test_a_manager_who_does_not_confirm_sends_it_the_long_way() -> None:
    story = Story()
    found = {"result": "all_found", "found_where": "next box", "cause": "wrong_box", "outsiders": "no"}
    story.progress = story.progress.with_facts(to_confirm=1)
    story.do("first_search", searched_by="user:1", **found)
    story.do("short_confirm", by="user:3", confirmed="no", reason="a page is missing")
    assert not story.finished
    assert "confirm_find" in story.open()
    assert "second_search" not in story.open()


def test_the_second_search_is_another_persons() -> None:
    story = Story()
    story.do("first_search", searched_by="user:1", **NOTHING)
    second = {"searched_by": "user:1", **NOTHING}
    assert "Let another do" in story.refused("second_search", "user:2", second)
    story.do("second_search", searched_by="user:2", **NOTHING)
    assert "wide_search" in story.open()


def searched_by_three(story: Story) -> None:
    """Search three times, by three people, and find nothing."""
    story.do("first_search", searched_by="user:1", **NOTHING)
    story.do("second_search", searched_by="user:2", **NOTHING)
    story.look(searchers=2)
    no_more = {"go_on": "no", "reconstruct": "yes"}
    story.do("wide_search", searched_by="user:2", **NOTHING, **no_more)
    assert "decide" not in story.open(), "a third person has not searched"
    story.progress = story.progress.with_facts(searchers=3)
    story.do("wide_search", searched_by="user:4", **NOTHING, **no_more)


def test_declaring_it_lost_takes_three_searchers_the_records_imy_and_not_the_losing_head_alone() -> None:
    story = Story(losing_heads=frozenset({"user:3"}))
    searched_by_three(story)
    assert "reconstruct" in story.open()
    assert "records" in story.refused("decide", "user:5", LOST)
    story.do("record_checks", checked=("loans",), traces="none")
    assert "IMY" in story.refused("decide", "user:5", LOST)
    story.do("decide_notification", **breach(notify="no", why_not="x"))
    assert "may not be decided by" in story.refused("decide", "user:3", LOST)
    assert "The decision" in story.refused("decide", "user:5", {**LOST, "decision": ()})
    assert story.refused("decide", "user:3", {**LOST, "decided_with": ("user:5",)}) == ""
    assert engine.outcome_of(ROUTINE, story.progress, "decide", LOST, story.now) == ROUTINE.outcomes[-1]
    story.progress = story.progress.with_facts(searchers=2)
    assert "three different people" in story.refused("decide", "user:5", LOST)


def test_a_delegate_who_wants_more_searching_gets_it() -> None:
    story = Story()
    searched_by_three(story)
    story.do("decide", files=("file:1",), outcome="search_on", reason="the cellar")
    assert "wide_search" in story.open()
    assert "decide" not in story.open()


def closed_as_lost() -> Story:
    """Return a story that has ended with a file declared lost."""
    story = Story()
    searched_by_three(story)
    story.do("record_checks", checked=("loans",), traces="none")
    story.do("decide_notification", **breach(notify="no", why_not="x"))
    story.progress = story.progress.with_facts(missing=0, lost=1)
    story.do("decide", by="user:5", **LOST)
    assert {"tell_board", "lessons", "reconstruct"} <= story.open()
    for step, answers in CLOSING.items():
        if step in story.open():
            story.do(step, **answers)
    assert "Finish first" in story.refused("close", "user:1", {"summary": "s", "read": "yes"}), story.open()
    for step, answers in REST.items():
        if step in story.open():
            story.do(step, **answers)
    story.do("close", summary="s", read="yes")
    return story


DAY = FRIDAY.date().isoformat()
NOW = FRIDAY.isoformat()
CLOSING: dict[str, dict[str, Answer]] = {
    "tell_board": {"board_told": DAY, "city_archive_told": DAY},
    "lessons": {"cause": "unknown", "how": "not known", "measures_needed": "no"},
}
REST: dict[str, dict[str, Answer]] = {
    "tell_manager": {"told": "user:3", "told_at": NOW, "owner": "user:1"},
    "tell_dpo": {"told_at": NOW},
    "dpo_advice": {"advice": "wait", "level": "unlikely"},
    "screen_risk": {**CALM},
    "diary": {"number": "SN-2026-12", "title": "Avvikelse"},
    "lex_sarah_report": {"what": "w", "consequence": "c", "reported_at": NOW},
    "lex_sarah_investigation": {
        "findings": "f",
        "serious": "none",
        "reason": "r",
        "investigation": ("paper:2",),
    },
    "decide_inform": {"high_risk": "no", "reason": "r", "inform": "no"},
    "review_notification": {"notify": "no", "reason": "r"},
    "reconstruct": {"sources": ("none",), "recovered": "-", "not_recovered": "all", "marked": "yes"},
}


def test_a_file_declared_lost_ends_in_a_closed_case() -> None:
    assert closed_as_lost().finished


def test_a_closed_case_stays_closed_whatever_the_register_says_of_the_persons() -> None:
    story = closed_as_lost()
    story.look(protected=True, child=True)
    story.now += timedelta(weeks=10)
    story.look()
    assert story.finished
    assert story.open() == set()


def test_a_late_find_reopens_it_tells_those_who_were_told_and_closes_it_again() -> None:
    story = closed_as_lost()
    story.now += timedelta(weeks=10)
    story.look(to_confirm=1)
    assert not story.finished
    assert story.open() == {"confirm_find"}
    story.progress = story.progress.with_facts(to_confirm=0, lost=0)
    story.do("confirm_find", **find())
    assert {"after_find", "merge_reconstruction"} <= story.open()
    story.do("after_find", away="10 weeks", cover_log="none", consequences="c")
    assert {"tell_board", "decide_inform", "review_notification"} <= story.open()
    for step in ("tell_board", "decide_inform", "review_notification"):
        story.do(step, **(CLOSING | REST)[step])
    story.do("merge_reconstruction", done="merged")
    story.do("close", summary="found", read="yes")
    assert story.finished


def test_a_wrong_find_clears_nothing() -> None:
    story = Story()
    story.look(to_confirm=1)
    story.progress = story.progress.with_facts(to_confirm=0)
    story.do("confirm_find", files=("file:1",), right="no", why_not="another file")
    assert story.open() == AT_ONCE
    assert engine.outcome_of(ROUTINE, story.progress, "first_search", NOTHING, story.now) is None


def test_a_find_makes_the_searches_fall_away_but_not_the_breach() -> None:
    story = Story()
    story.look(to_confirm=1)
    story.progress = story.progress.with_facts(to_confirm=0, missing=0)
    story.do("confirm_find", **find())
    assert not {"first_search", "second_search", "wide_search", "decide", "secure_room"} & story.open()
    assert {"decide_notification", "lex_sarah_report", "diary", "tell_manager", "lessons"} <= story.open()


def test_no_case_stays_open_four_weeks_without_being_escalated_and_again_four_weeks_later() -> None:
    story = Story()
    story.now += timedelta(weeks=4)
    story.look()
    assert "escalate" in story.open()
    story.do("escalate", state_of_things="s", next="search_on", told=("user:3",))
    assert "escalate" not in story.open()
    story.now += timedelta(weeks=4)
    story.look()
    assert "escalate" in story.open()


def test_a_crime_may_be_suspected_at_any_time() -> None:
    story = Story()
    assert "police_report" not in story.open()
    assert "suspect_crime" in {step.id for step in engine.startable(ROUTINE, story.progress, story.now)}
    record = engine.start(ROUTINE, story.progress, "suspect_crime", CALENDAR, story.now)
    story.progress = story.progress.with_records(record)
    story.do("suspect_crime", what="a broken lock", noticed_at=NOW)
    assert "police_report" in story.open()


def test_somebody_waiting_is_answered_and_may_have_a_decision_to_appeal_against() -> None:
    story = Story.__new__(Story)
    story.now = FRIDAY
    story.progress = Progress(moments())
    story.look()
    story.do("report", **report(someone_waits="yes", asker="A person"))
    assert "interim_answer" in story.open()
    story.do("interim_answer", answered_at=NOW, answer="a", next_contact=DAY, decision_wanted="yes")
    assert "refusal_decision" in story.open()
    nobody = Doer("user:1", frozenset({"registrar"}))
    with pytest.raises(Refused, match="may only be done by the delegate or the head of the unit"):
        engine.complete(ROUTINE, story.progress, "refusal_decision", {}, nobody, story.now)


def waited_for() -> Story:
    """Return an incident somebody waits for, who wants a decision at first."""
    story = Story.__new__(Story)
    story.now = FRIDAY
    story.progress = Progress(moments())
    story.look()
    story.do("report", **report(someone_waits="yes", asker="A person"))
    story.do("interim_answer", answered_at=NOW, answer="a", next_contact=DAY, decision_wanted="yes")
    return story


def finally_answered(story: Story, wanted: str) -> None:
    """Give the last answer of all, and say whether a decision is wanted."""
    story.now += timedelta(hours=1)
    story.progress = story.progress.with_records(Record("final_answer", 1, story.now))
    story.do("final_answer", answered_at=NOW, answer="a", decision_wanted=wanted)


@pytest.mark.parametrize("wanted", ["yes", "no"])
def test_another_decision_to_appeal_against_is_asked_for_only_by_who_wants_one_since(wanted: str) -> None:
    story = waited_for()
    story.do("refusal_decision", decided_on=DAY, appeal="yes", decision=("paper:1",))
    assert "refusal_decision" not in story.open()
    finally_answered(story, wanted)
    assert ("refusal_decision" in story.open()) == (wanted == "yes")


@pytest.mark.parametrize("wanted", ["yes", "no"])
def test_a_decision_to_appeal_against_falls_away_once_it_is_wanted_no_more(wanted: str) -> None:
    story = waited_for()
    assert "refusal_decision" in story.open()
    finally_answered(story, wanted)
    assert ("refusal_decision" in story.open()) == (wanted == "yes")


def test_a_mistaken_suspicion_takes_evidence_and_ends_the_searching() -> None:
    story = Story()
    record = engine.start(ROUTINE, story.progress, "decide_mistaken", CALENDAR, story.now)
    story.progress = story.progress.with_records(record)
    answers: dict[str, Answer] = {"files": ("file:1",), "explanation": "disposed", "reason": "list 7"}
    assert "Attach" in story.refused("decide_mistaken", "user:3", answers)
    answers["proof"] = ("paper:1",)
    outcome = engine.outcome_of(ROUTINE, story.progress, "decide_mistaken", answers, story.now)
    assert outcome is not None
    assert outcome.id == "mistaken"
    story.progress = story.progress.with_facts(missing=0)
    story.do("decide_mistaken", by="user:3", **answers)
    assert "first_search" not in story.open()
    assert "lessons" in story.open()


def test_the_notification_asks_the_e_forms_questions_in_their_order() -> None:
    hints = [(field.hint.sv if field.hint else "") for field in ROUTINE.step("notify_imy").fields]
    asked = [int(hint.split()[1]) for hint in hints if hint.startswith("Fråga")]
    assert asked == [13, 25, 26, 28, 30, 32, 34, 35]
    first = [field.id for field in ROUTINE.step("notify_imy").fields][1:6]
    assert first == ["controller", "org_number", "postal_address", "own_reference", "contact_address"]


def test_every_text_about_people_can_be_shredded() -> None:
    for step in ROUTINE.steps:
        for field in step.fields:
            if field.kind in ("text", "long_text", "person"):
                assert field.personal, f"{step.id}.{field.id}"
    assert all(
        field.personal for field in ROUTINE.step("screen_risk").fields if field.id in ("protected", "child")
    )


def test_alerts_are_counted_from_the_stored_deadline() -> None:
    story = Story()
    story.do("decide_notification", **breach())
    record = story.progress.open_record("notify_imy")
    assert record is not None
    assert record.deadline is not None
    told = [(alert.kind, alert.at - record.deadline, alert.to) for alert in engine.alerts(ROUTINE, record)]
    assert told == [
        ("reminder", timedelta(hours=-24), ("owner", "manager")),
        ("missed", timedelta(0), ("owner", "manager")),
        ("escalated", timedelta(0), ("delegate",)),
    ]
