"""When a file must be disposed of, must wait or must be kept: 16 kap. SoL, rule by rule and together."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.kernel.partial_date import PartialDate
from archive.rules.retention import EVERY_DAY, FLAGS, SAMPLE_DAYS, BirthDate, Grounds, KindRule, compute
from archive.vocabulary import Outcome, PersonRole
from archive.vocabulary.wording import speaking

NOTE = PartialDate(2014, 3, 10)
NOT_SAMPLED = BirthDate(PartialDate(1990, 6, 2))
PLAIN = Grounds(KindRule(), NOTE, births=(NOT_SAMPLED,))


def laws(retention):
    return [reason.law for reason in retention.reasons]


def test_a_plain_file_is_disposed_of_five_years_after_the_last_note_and_by_the_end_of_the_next_year():
    retention = compute(PLAIN)
    assert retention.outcome is Outcome.DISPOSE
    assert (retention.duty_from, retention.latest) == (date(2019, 3, 10), date(2020, 12, 31))
    assert retention.not_before is None
    assert laws(retention) == ["16 kap. 1 § SoL"]


def test_the_closing_date_never_stands_in_for_the_last_note():
    retention = compute(replace(PLAIN, last_note=None, closed=PartialDate(2014, 6, 1)))
    assert (retention.outcome, retention.duty_from, retention.latest) == (Outcome.UNKNOWN, None, None)
    assert "2014-06-01" in retention.reasons[0].say()
    assert compute(replace(PLAIN, closed=PartialDate(2010, 1, 1))).duty_from == date(2019, 3, 10)


def test_without_any_date_it_cannot_be_computed_because_the_last_note_is_missing():
    retention = compute(replace(PLAIN, last_note=None))
    assert retention.outcome is Outcome.UNKNOWN
    with speaking("sv"):
        assert retention.reasons[0].say() == (
            "Kan inte beräknas eftersom datum för sista anteckningen saknas."
        )


@pytest.mark.parametrize(
    ("note", "duty"),
    [("2014", date(2019, 12, 31)), ("2014-02", date(2019, 2, 28)), ("2012-02-29", date(2017, 3, 1))],
)
def test_a_vague_last_note_is_counted_from_the_latest_day_it_can_mean(note, duty):
    retention = compute(replace(PLAIN, last_note=PartialDate.parse(note)))
    assert retention.duty_from == duty
    assert note in retention.reasons[0].say()


@pytest.mark.parametrize("flag", ["parenthood", "adoption", "placed_child"])
def test_parenthood_adoption_and_placed_children_are_kept_for_ever(flag):
    retention = compute(replace(PLAIN, **{flag: True}))
    assert (retention.outcome, retention.duty_from, retention.latest) == (Outcome.PRESERVE, None, None)
    assert laws(retention) == ["16 kap. 2 § SoL"]


def test_the_kind_of_file_carries_its_flags_without_anyone_ticking_them():
    adoption = replace(PLAIN, rule=KindRule(implies=frozenset({"adoption"})))
    assert compute(adoption) == compute(replace(PLAIN, adoption=True))


def test_a_kind_with_a_flag_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no such flag: adopted"):
        KindRule(implies=frozenset({"adopted"}))


@pytest.mark.parametrize("text", ["sol", "lss", "sol:adoption", "sol:adoption,placed_child"])
def test_the_rule_of_a_kind_has_a_stored_form(text):
    assert str(KindRule.parse(text)) == text


@pytest.mark.parametrize("text", ["", "plan", "sol:adopted"])
def test_a_rule_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError, match="no such"):
        KindRule.parse(text)


def test_an_exception_that_concerns_some_documents_keeps_the_file_in_part_and_dates_the_rest():
    retention = compute(replace(PLAIN, placed_child=True, partly=True))
    assert retention.outcome is Outcome.PARTLY
    assert (retention.duty_from, retention.latest) == (date(2019, 3, 10), date(2020, 12, 31))


def test_partly_without_an_exception_changes_nothing():
    assert compute(replace(PLAIN, partly=True)) == compute(PLAIN)


def test_part_of_a_file_is_kept_by_decision():
    retention = compute(replace(PLAIN, decided=Outcome.PARTLY))
    assert (retention.outcome, retention.duty_from) == (Outcome.PARTLY, date(2019, 3, 10))


def test_a_whole_file_is_kept_by_decision_and_no_other_decision_changes_anything():
    assert compute(replace(PLAIN, decided=Outcome.PRESERVE)).outcome is Outcome.PRESERVE
    assert compute(replace(PLAIN, decided=Outcome.DISPOSE, adoption=True)).outcome is Outcome.PRESERVE
    assert compute(replace(PLAIN, decided=Outcome.DISPOSE)) == compute(PLAIN)


def test_part_of_a_file_is_kept_also_when_the_rest_cannot_be_dated():
    retention = compute(replace(PLAIN, decided=Outcome.PARTLY, last_note=None))
    assert (retention.outcome, retention.duty_from) == (Outcome.PARTLY, None)


@pytest.mark.parametrize("day", range(1, 32))
def test_born_on_the_5th_15th_or_25th_belongs_to_the_research_sample(day):
    retention = compute(replace(PLAIN, births=(BirthDate(PartialDate(1990, 1, day)),)))
    assert (retention.outcome is Outcome.PRESERVE) == (day in (5, 15, 25))
    if day in (5, 15, 25):
        assert laws(retention) == ["16 kap. 4 § SoL, 13 kap. 1 § SoF"]


def test_the_research_sample_keeps_the_whole_file_whatever_part_was_decided():
    sampled = replace(
        PLAIN, births=(BirthDate(PartialDate(1990, 6, 15)),), decided=Outcome.PARTLY, partly=True
    )
    assert compute(sampled).outcome is Outcome.PRESERVE


def test_in_the_four_research_regions_every_file_is_kept():
    assert compute(PLAIN, sample=EVERY_DAY).outcome is Outcome.PRESERVE
    assert compute(replace(PLAIN, births=()), sample=EVERY_DAY).outcome is Outcome.PRESERVE


@pytest.mark.parametrize(
    ("role", "outcome"),
    [
        (PersonRole.SUBJECT, Outcome.PRESERVE),
        (PersonRole.CHILD, Outcome.PRESERVE),
        (PersonRole.PARTNER, Outcome.PRESERVE),
        (PersonRole.PARENT, Outcome.DISPOSE),
        (PersonRole.OTHER, Outcome.DISPOSE),
    ],
)
def test_the_sample_looks_at_those_the_file_is_about_not_at_guardians(role, outcome):
    other = BirthDate(PartialDate(1960, 4, 25), role=role)
    assert compute(replace(PLAIN, births=(NOT_SAMPLED, other))).outcome is outcome


@pytest.mark.parametrize(
    ("births", "words"),
    [
        ((BirthDate(None),), "Födelsedagen är inte känd"),
        ((BirthDate(PartialDate(1990, 6)),), "Födelsedagen är inte känd"),
        ((BirthDate(PartialDate(1990, 6, 2), sure=False),), "stämmer inte överens"),
        ((), "Ingen person är registrerad"),
        ((BirthDate(PartialDate(1960, 1, 1), role=PersonRole.PARENT),), "Ingen person är registrerad"),
    ],
)
def test_a_doubtful_birth_date_keeps_the_file_and_says_what_to_find_out(births, words):
    retention = compute(replace(PLAIN, births=births))
    assert retention.outcome is Outcome.PRESERVE
    with speaking("sv"):
        assert words in retention.reasons[0].say()


def test_an_investigation_of_a_child_waits_for_its_thirtieth_birthday():
    child = BirthDate(PartialDate(2004, 6, 2))
    retention = compute(replace(PLAIN, births=(child,), child_investigation=True))
    assert retention.outcome is Outcome.DISPOSE
    assert retention.not_before == retention.duty_from == date(2034, 6, 2)
    assert retention.latest == date(2035, 12, 31)
    assert laws(retention) == ["16 kap. 1 § SoL", "16 kap. 2 a § SoL"]


def test_of_several_children_the_youngest_decides_and_the_parent_does_not():
    births = (
        BirthDate(PartialDate(1975, 6, 2)),
        BirthDate(PartialDate(2004, 6, 2), role=PersonRole.CHILD),
        BirthDate(PartialDate(2008, 2, 29), role=PersonRole.CHILD),
    )
    assert compute(replace(PLAIN, births=births, child_investigation=True)).not_before == date(2038, 3, 1)


def test_an_investigation_filed_on_a_grown_up_cannot_be_computed_until_the_child_is_registered():
    retention = compute(
        replace(PLAIN, births=(BirthDate(PartialDate(1975, 6, 2)),), child_investigation=True)
    )
    assert (retention.outcome, retention.duty_from) == (Outcome.UNKNOWN, None)
    with speaking("sv"):
        assert "inte är registrerat" in retention.reasons[-1].say()


def test_where_no_sample_is_drawn_a_childs_missing_birth_date_still_stops_the_reckoning():
    child = BirthDate(None, role=PersonRole.CHILD)
    retention = compute(replace(PLAIN, births=(child,), child_investigation=True), sample=frozenset())
    assert retention.outcome is Outcome.UNKNOWN


def test_a_custody_agreement_waits_for_the_eighteenth_birthday_and_no_longer():
    child = BirthDate(PartialDate(2004, 6, 2), role=PersonRole.CHILD)
    retention = compute(replace(PLAIN, births=(child,), custody_agreement=True))
    assert (retention.not_before, retention.duty_from) == (date(2022, 6, 2), date(2022, 6, 2))
    assert "16 kap. 3 § SoL" in laws(retention)
    old = BirthDate(PartialDate(1996, 6, 2), role=PersonRole.CHILD)
    retention = compute(replace(PLAIN, births=(old,), custody_agreement=True))
    assert (retention.not_before, retention.duty_from) == (date(2014, 6, 2), date(2019, 3, 10))


def test_a_file_waits_while_another_on_the_same_person_remains():
    retention = compute(replace(PLAIN, other_undisposed=True))
    assert (retention.outcome, retention.duty_from, retention.latest) == (Outcome.WAIT, None, None)
    retention = compute(replace(PLAIN, other_undisposed=True, other_until=date(2030, 1, 1)))
    assert (retention.outcome, retention.not_before) == (Outcome.WAIT, date(2030, 1, 1))


def test_files_under_lss_follow_its_sections():
    lss = replace(PLAIN, rule=KindRule(statute="lss"))
    assert laws(compute(lss)) == ["21 c § LSS"]
    assert laws(compute(replace(lss, placed_child=True))) == ["21 d § LSS"]
    assert laws(compute(lss, sample=EVERY_DAY)) == ["21 d § LSS, 12 § LSS-förordningen"]


partial_dates = st.dates(date(1960, 1, 1), date(2026, 12, 31)).flatmap(
    lambda day: st.sampled_from(
        [PartialDate.from_date(day), PartialDate(day.year, day.month), PartialDate(day.year)],
    )
)
birth_records = st.builds(
    BirthDate,
    born=st.one_of(st.none(), partial_dates),
    sure=st.booleans(),
    role=st.sampled_from(list(PersonRole)),
)
grounds = st.builds(
    Grounds,
    rule=st.builds(
        KindRule,
        statute=st.sampled_from(["sol", "lss"]),
        implies=st.frozensets(st.sampled_from(FLAGS), max_size=2),
    ),
    last_note=st.one_of(st.none(), partial_dates),
    closed=st.one_of(st.none(), partial_dates),
    births=st.lists(birth_records, max_size=3).map(tuple),
    other_until=st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2060, 1, 1))),
    decided=st.sampled_from([None, *Outcome]),
    **dict.fromkeys((*FLAGS, "partly", "other_undisposed"), st.booleans()),
)
samples = st.sampled_from([SAMPLE_DAYS, EVERY_DAY, frozenset()])
KEEPS_MORE = [Outcome.DISPOSE, Outcome.WAIT, Outcome.UNKNOWN, Outcome.PARTLY, Outcome.PRESERVE]


@given(grounds, samples)
def test_the_dates_always_hang_together(case, sample):
    retention = compute(case, sample=sample)
    assert (retention.duty_from is None) == (retention.latest is None)
    assert retention.reasons
    assert all(reason.say() and reason.law for reason in retention.reasons)
    if retention.duty_from:
        note = case.last_note.latest()
        duty = retention.duty_from
        assert (duty.year - 5, duty.month, duty.day) >= (note.year, note.month, note.day)
        assert retention.latest == date(duty.year + 1, 12, 31)
        assert retention.not_before is None or duty >= retention.not_before
    assert (retention.outcome is Outcome.DISPOSE) <= (retention.duty_from is not None)


@given(grounds, samples)
def test_a_reason_to_keep_is_never_answered_with_disposal(case, sample):
    retention = compute(case, sample=sample)
    flagged = {flag for flag in FLAGS if getattr(case, flag)} | case.rule.implies
    if flagged & {"parenthood", "adoption", "placed_child"}:
        assert retention.outcome in (Outcome.PRESERVE, Outcome.PARTLY)
    if retention.outcome is Outcome.DISPOSE:
        assert not case.other_undisposed
        assert case.decided not in (Outcome.PARTLY, Outcome.PRESERVE)
        assert case.last_note
        if "child_investigation" in flagged or "custody_agreement" in flagged:
            assert retention.not_before


FURTHER_REASONS = [
    *(({flag: False}, {flag: True}) for flag in (*FLAGS, "other_undisposed")),
    ({"decided": None}, {"decided": Outcome.PARTLY}),
    ({"decided": Outcome.PARTLY}, {"decided": Outcome.PRESERVE}),
]


@given(grounds, samples, st.sampled_from(FURTHER_REASONS))
def test_a_further_reason_to_keep_never_frees_a_file_nor_brings_its_day_forward(case, sample, reason):
    before, after = (compute(replace(case, **change), sample=sample) for change in reason)
    assert KEEPS_MORE.index(after.outcome) >= KEEPS_MORE.index(before.outcome)
    if before.duty_from and after.duty_from:
        assert after.duty_from >= before.duty_from
    if before.duty_from is None:
        assert after.duty_from is None


@given(grounds, samples, partial_dates, partial_dates)
def test_a_later_last_note_never_brings_the_day_forward(case, sample, one, other):
    first, second = sorted((one, other), key=PartialDate.latest)
    earlier = compute(replace(case, last_note=first), sample=sample)
    later = compute(replace(case, last_note=second), sample=sample)
    if earlier.duty_from and later.duty_from:
        assert earlier.duty_from <= later.duty_from


@given(grounds, birth_records)
def test_one_more_person_never_frees_a_file_that_already_has_one(case, birth):
    case = replace(case, births=(NOT_SAMPLED, *case.births))
    more = replace(case, births=(*case.births, birth))
    plain = replace(case, child_investigation=False, custody_agreement=False, rule=KindRule())
    assert KEEPS_MORE.index(compute(replace(plain, births=more.births)).outcome) >= KEEPS_MORE.index(
        compute(plain).outcome
    )


def test_an_absurd_year_typed_into_the_form_does_not_stop_the_page():
    assert compute(replace(PLAIN, last_note=PartialDate(9999, 12, 31))).outcome is Outcome.DISPOSE
