"""A routine is checked when it is loaded: every mistake is told, with its place, in plain words."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routines import definition
from routines.wording import Problem, Refused
from tests.routines.examples import data, field, routine, step, text

Data = dict[str, Any]

WAY = step("ask", fields=[field("way", "choice")])


def problems(of: object) -> tuple[Problem, ...]:
    """Return what is wrong with the data of a routine."""
    try:
        definition.from_data(of)
    except Refused as refused:
        return refused.problems
    return ()


def when(**condition: object) -> Data:
    """Return a routine with a step on this condition."""
    return data(WAY, step("then", when=condition))


def named(**condition: object) -> list[Data]:
    return [{"id": "it", "title": text("it"), "condition": condition}]


MISTAKES: list[tuple[Data, str, str]] = [
    (
        data({**step("a"), "title": {"sv": "Hej"}}),
        "steps/0/title/en",
        "Steget ”Hej”, raden ”title”: den engelska texten saknas. Skriv en rad som börjar med ”en:”.",
    ),
    (
        data({**step("a"), "guidance": {"sv": " ", "en": "Do"}}),
        "steps/0/guidance/sv",
        "den svenska texten saknas",
    ),
    (data({**step("a"), "guidance": "Gör"}), "steps/0/guidance", "på båda språken"),
    (
        data(step("a", fields=[{**field("x"), "hint": {"sv": "Tips"}}])),
        "steps/0/fields/0/hint/en",
        "Steget ”a (sv)”, fältet ”x (sv)”, raden ”hint”: den engelska texten saknas.",
    ),
    (data(step("a"), step("b", after=["aa"])), "steps/1/after", "steget ”aa” finns inte. Skriv a"),
    (
        data(step("s"), step("a", after=["b"]), step("b", after=["a"])),
        "steps",
        "Stegen väntar på varandra: ”a (sv)” → ”b (sv)” → ”a (sv)”. Ta bort en hänvisning ur after",
    ),
    (
        data(
            step("s"), step("a", after=["b"], fields=[field("x", "yes_no")]), step("b", when={"field": "a.x"})
        ),
        "steps",
        "Stegen väntar på varandra: ”a (sv)” → ”b (sv)”",
    ),
    (data(step("a", pauses_for=["b"]), step("b", pauses_for=["a"])), "steps", "ur pauses_for"),
    (data(step("s"), step("a", after=["a"])), "steps", "Stegen väntar på varandra"),
    (
        data(step("s"), step("a", fields=[field("x", "yes_no")], when={"field": "a.x", "is": "yes"})),
        "steps/1/when",
        "frågar efter steget självt",
    ),
    (
        data(WAY, step("b", fields=[field("y", when={"field": "ask.way", "is": "a"})])),
        "steps/1",
        "”y (sv)” frågar efter ”ask (sv)”, som kanske inte är gjort då. Skriv den i after.",
    ),
    (data(WAY, step("b", fields=[field("y", prefill="ask.way")])), "steps/1", "kanske inte är gjort då"),
    (
        data(step("b", fields=[field("y", when={"field": "b.x"}), field("x", "yes_no")])),
        "steps/0/fields/0/when",
        "fältet ”y (sv)”, raden ”when”: ”x” fylls i först efteråt",
    ),
    (
        when(all=[{"field": "ask.way", "is": "a"}, {"field": "ask.way", "is": "b"}]),
        "steps/1",
        "Steget ”then (sv)”: kan aldrig öppnas",
    ),
    (
        data(step("a"), step("b", when={"fact": "found"}, until={"fact": "found"})),
        "steps/1",
        "kan aldrig öppnas",
    ),
    (
        data(step("a"), step("e", after=["a"], ends={"rest": "done"}), step("z", after=["e"])),
        "steps/2",
        "efter slutet",
    ),
    (
        data(step("a", deadline={"hours": 72, "from": "missed"})),
        "steps/0/deadline/from",
        "”missed” är ingen tidpunkt bland uppgifterna. Skriv reported eller opening",
    ),
    (data(step("a", deadline={"hours": 72, "from": "found"})), "steps/0/deadline/from", "ingen tidpunkt"),
    (data(step("a", deadline={"hours": 72, "days": 2})), "steps/0/deadline", "ett slag av frist"),
    (data(step("a", deadline={"hour": 72})), "steps/0/deadline/hour", "känns inte igen. Ta bort den"),
    (
        data(step("a", deadline={"hours": "tre"})),
        "steps/0/deadline/hours",
        "skriv ett heltal 1–1000, inte ”tre”",
    ),
    (data(step("a", deadline={"hours": 0})), "steps/0/deadline/hours", "skriv ett heltal 1–1000"),
    (
        data(step("a", deadline={"days": 1, "escalate_to": "boss"})),
        "steps/0/deadline",
        "rollen ”boss” finns inte",
    ),
    (data(step("a"), step("a")), "steps", "namnet ”a” används 2 gånger"),
    (data(step("found")), "steps", "namnet ”found” används 2 gånger"),
    (data(step("a", fields=[field("x"), field("x")])), "steps/0/fields", "namnet ”x” används 2 gånger"),
    (
        data(step("a", fields=[field("x")], evidence=[field("x")])),
        "steps/0/fields",
        "namnet ”x” används 2 gånger",
    ),
    (data(step("a", fields=[field("x", "choice", options=["o", "o"])])), "steps/0/fields/0", "namnet ”o”"),
    (data(step("a", fields=[field("x", "choice", options=[])])), "steps/0/fields/0", "minst två svar"),
    (
        data(step("a", fields=[{**field("x", "choice"), "kind": "text"}])),
        "steps/0/fields/0",
        "har inga options",
    ),
    (data(step("a", fields=[field("x", "textt")])), "steps/0/fields/0/kind", "Välj text, long_text"),
    (data(step("a", fields=[field("x", "text", several=True)])), "steps/0/fields/0", "kan inte ha several"),
    (data(step("a", fields=[field("x", "text", future=True)])), "steps/0/fields/0", "kan inte ha future"),
    (data(step("a", fields=[field("x", "text", at_most=3)])), "steps/0/fields/0", "har ingen gräns"),
    (data(step("a", fields=[field("x", "number", at_least=3, at_most=2)])), "steps/0/fields/0", "större än"),
    (data(step("a", fields=[field("x", prefill="b.c")])), "steps/0/fields/0/prefill", "”b.c” finns inte"),
    (
        data(step("a", fields=[field("x", required="ja")])),
        "steps/0/fields/0/required",
        "skriv true eller false",
    ),
    (when(field="ask.way", **{"is": "c"}), "steps/1/when", "”c” är inget svar på ”way”. Skriv a eller b"),
    (when(field="ask.wy", **{"is": "a"}), "steps/1/when", "fältet ”ask.wy” finns inte. Skriv ask.way"),
    (when(field="aks.way", **{"is": "a"}), "steps/1/when", "steget ”aks” finns inte. Skriv ask"),
    (when(field="way", **{"is": "a"}), "steps/1/when/field", "”way” ska ha formen steg.fält"),
    (when(field="ask.way", at_least=1), "steps/1/when", "är inget tal"),
    (when(fact="lost"), "steps/1/when", "uppgiften ”lost” finns inte. Skriv found"),
    (when(fact="found", at_least=1), "steps/1/when", "”found” är ja eller nej"),
    (when(fact="searchers", **{"is": "many"}), "steps/1/when", "”searchers” är ett tal"),
    (when(fact="heads"), "steps/1/when", "”heads” kan inte jämföras"),
    (when(done="aks"), "steps/1/when", "steget ”aks” finns inte"),
    (when(since="found", hours=3), "steps/1/when", "varken ett steg eller en tidpunkt"),
    (when(since="reported"), "steps/1/when", "skriv hours, days eller weeks och ett tal"),
    (when(condition="it"), "steps/1/when", "villkoret ”it” finns inte"),
    (when(**{"is": "x"}), "steps/1/when", "ett villkor börjar med field, fact"),
    (when(any=[]), "steps/1/when/any", "skriv minst ett villkor"),
    (
        data(step("a"), conditions=named(**{"not": {"condition": "it"}})),
        "conditions/0",
        "hänvisar till sig självt",
    ),
    (data(step("a", guidanse=text("x"))), "steps/0/guidanse", "känns inte igen. Skriv guidance"),
    (data(step("Steg 1")), "steps/0/id", "”Steg 1” går inte som namn"),
    (
        data({**step("a"), "who": ["boss"]}),
        "steps/0/who",
        "rollen ”boss” finns inte. Skriv manager eller owner",
    ),
    (data({**step("a"), "who": []}), "steps/0/who", "skriv vem som gör steget"),
    (data({**step("a"), "track": "x"}), "steps/0/track", "spåret ”x” finns inte. Skriv main"),
    (
        data(step("a", on_demand=True), step("b", after=["a"]), step("c")),
        "steps/1/after",
        "Skriv when: {done: a}",
    ),
    (data(step("b"), step("a", on_demand=True, again={"fact": "found"})), "steps/1/again", "går inte ihop"),
    (data(step("a", ends={"rest": "falls_away"})), "steps", "Rutinen har inget slut"),
    (
        data(step("b"), step("a", ends={"rest": "done"}, when={"fact": "found"})),
        "steps",
        "Rutinen har inget slut",
    ),
    (data(step("a", when={"fact": "found"})), "steps", "Inget steg kan börja"),
    (data(step("a", performed_by="x", fields=[field("x")])), "steps/0/performed_by", "av slaget person"),
    (data(step("a", distinct_from=["b"])), "steps/0/distinct_from", "steget ”b” finns inte"),
    (
        data(step("a", moves={"fact": "found", "field": "x", "steps": []})),
        "steps/0/moves/fact",
        "ingen tidpunkt",
    ),
    (
        data(step("a", moves={"fact": "reported", "field": "x", "steps": ["a"]})),
        "steps/0/moves/steps",
        "ingen frist",
    ),
    (data(step("a"), in_force_from="1/12"), "in_force_from", "”1/12” är inget datum. Skriv som 2026-11-22"),
    (data(step("a"), in_force_from="2026-12-01", revise_by="2026-11-01"), "revise_by", "efter in_force_from"),
    (data(step("a"), outcomes=[{"id": "o", "title": text("o")}]), "outcomes/0", "raden ”given_by” saknas"),
]


@pytest.mark.parametrize(
    ("of", "path", "words"), MISTAKES, ids=[f"{path}: {words}" for _, path, words in MISTAKES]
)
def test_a_mistake_is_told_where_it_stands_and_what_to_write(of: Data, path: str, words: str) -> None:
    found = problems(of)
    assert any(problem.path == path and words in problem.sv for problem in found), found
    assert all(problem.en and problem.en != problem.sv for problem in found)


def test_all_mistakes_are_told_at_once() -> None:
    found = problems(data({**step("a"), "title": {"sv": "Hej"}, "who": ["boss"]}, step("b", after=["c"])))
    assert {problem.path for problem in found} == {"steps/0/title/en", "steps/0/who", "steps/1/after"}


def test_a_mistake_is_told_with_its_line() -> None:
    written = definition.as_yaml(routine(step("a"))).replace("- owner", "- boss", 1)
    (problem,) = definition.problems_in(written)
    assert written.splitlines()[(problem.line or 0) - 1].strip() == "who:", problem


@pytest.mark.parametrize(
    ("written", "line", "words"),
    [
        ("routine: x\n  version: 1", 2, "namn: värde"),
        ("routine: x\nversion: 1\nroutine: y", 3, "har raden ”routine” en gång till"),
        ("a: &x 1\nb: *x", 1, "hänvisning med *"),
        ("a:\n" + "[" * 50_000, 2, "namn: värde"),
        ("a: " + "[" * 60 + "]" * 60, 1, "för många nivåer"),
        ("a: b\nc: \x07", 2, "ett tecken som inte går att läsa"),
        ("? [a, b]\n: c", 1, "börjar med en lista"),
        ("a: " + "x" * 600_000, None, "för lång"),
    ],
    ids=["indentation", "twice", "alias", "bottomless", "deep", "control", "list as key", "long"],
)
def test_yaml_that_is_not_plain_is_refused_with_its_line(written: str, line: int | None, words: str) -> None:
    (problem,) = definition.problems_in(written)
    assert (problem.line, words in problem.sv) == (line, True), problem


@given(st.text())
def test_any_text_is_a_routine_or_refused(written: str) -> None:
    with pytest.raises(Refused):
        definition.load(written)


KEYS = [
    "steps",
    "id",
    "title",
    "sv",
    "when",
    "fields",
    "who",
    "all",
    "field",
    "deadline",
    "hours",
    "after",
    "in",
]
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)


@given(
    SHAPES,
    SHAPES,
    st.sampled_from(["title", "guidance", "when", "fields", "deadline", "after", "ends", "who"]),
)
def test_data_of_any_shape_is_refused_in_words_and_nothing_breaks(
    whole: object, part: object, key: str
) -> None:
    problems(whole)
    problems(data(step("a"), {**step("b"), key: part}))
    problems(data(step("a"), **{key: part}))


def test_words_of_yaml_are_not_read_as_values() -> None:
    written = definition.as_yaml(routine(step("a"))).replace("a (sv)", "no").replace("a (en)", "12:30")
    assert definition.load(written).step("a").title.en == "12:30"
    assert definition.load(written).step("a").title.sv == "no"


def test_a_routine_written_and_read_again_is_the_same() -> None:
    before = routine(
        step(
            "a",
            kind="search",
            deadline={"working_days": 0, "from": "reported", "remind_before": 4, "escalate_to": "manager"},
            fields=[field("who", "person", several=True), field("n", "number", at_least=0, at_most=9)],
            evidence=[{"id": "paper", "label": text("p"), "optional": True}],
            legal_basis=[text("SoL")],
            until={"any": [{"fact": "found"}, {"not": {"since": "reported", "days": 3}}]},
        ),
        step("b", on_demand=True, when={"done": "a", "since": "b"}) | {"when": {"done": "a"}},
        decided_by="Nämnden: den 3 maj",
        decided_on="2026-05-03",
    )
    assert definition.from_data(definition.as_data(before)) == before
    assert definition.load(definition.as_yaml(before)) == before


def test_two_versions_differ_step_by_step_and_text_by_text() -> None:
    old = routine(step("a", deadline={"hours": 72, "from": "reported"}), step("b"), step("c"))
    a = old.step("a")
    new = routine(step("a", deadline={"hours": 48, "from": "reported"}), step("c"), step("b"), step("d"))
    new = replace(new, decided_on=date(2027, 1, 1))
    new = replace(
        new, steps=tuple(replace(one, title=a.guidance) if one.id == "b" else one for one in new.steps)
    )
    told = [(one.kind, one.part.sv, one.path, one.old, one.new) for one in definition.difference(old, new)]
    assert (
        "changed",
        "a (sv)",
        "steps/a/deadline",
        "hours: 72\nfrom: reported",
        "hours: 48\nfrom: reported",
    ) in told
    assert ("changed", "b (sv)", "steps/b/title/sv", "b (sv)", "do (sv)") in told
    assert ("added", "Rutinen", "decided_on", None, "2027-01-01") in told
    assert [one[:3] for one in told if one[0] == "moved"] == [("moved", "Stegens ordning", "steps")]
    assert [one[2] for one in told if one[2].startswith("steps/d")] == ["steps/d"]
    assert definition.difference(old, old) == ()
