"""Of any routine that may be loaded, whatever it says: there is always a next step until the end."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routines import definition, engine
from routines.model import Routine
from routines.progress import State
from routines.wording import Refused
from tests.routines.examples import MONDAY, data, field, step
from tests.routines.walking import Walk

Data = dict[str, Any]


def draw_condition(random: Random, steps: list[Data], depth: int = 2) -> Data:
    """Draw a condition over some steps and the facts."""
    kind = random.choice(
        ["field", "field", "fact", "count", "done", "later", "since", "not", "all", "any"][: 7 + depth]
    )
    if kind in ("all", "any"):
        return {kind: [draw_condition(random, steps, 0), draw_condition(random, steps, 0)]}
    if kind == "not":
        return {"not": draw_condition(random, steps, 0)}
    if kind == "fact" or not steps:
        return {"fact": "found"}
    one, other = random.choice(steps)["id"], random.choice(steps)["id"]
    return {
        "field": {"field": f"{one}.way", "is": random.choice(["a", "b"])},
        "count": {"fact": "searchers", "at_least": random.randint(1, 3)},
        "done": {"done": one},
        "later": {"done": one, "since": other},
        "since": {"since": random.choice([one, "reported"]), "hours": random.randint(1, 50)},
    }[kind]


def draw_steps(random: Random) -> list[Data]:
    """Draw steps that look at those before them, and now and then at any."""
    steps: list[Data] = []
    for number in range(random.randint(1, 7)):
        here = step(f"s{number}", fields=[field("way", "choice", required=random.random() < 0.7)])
        some = [one["id"] for one in steps if random.random() < 0.4 and not one.get("on_demand")]
        chances: list[tuple[float, str, Any]] = [
            (0.7, "after", some),
            (0.4, "when", draw_condition(random, steps)),
            (0.2, "until", draw_condition(random, [*steps, here])),
            (0.3, "again", draw_condition(random, [*steps, here])),
            (0.2, "pauses_for", some[:1]),
            (0.1, "on_demand", True),
            (0.2, "optional", True),
            (0.1, "reopens", True),
            (0.1, "ends", {"rest": "falls_away", "when": {"field": f"s{number}.way", "is": "a"}}),
        ]
        steps.append(here | {key: value for chance, key, value in chances if random.random() < chance})
    last = [one["id"] for one in steps if not one.get("on_demand") and random.random() < 0.7]
    return [*steps, step("close", after=last, ends={"rest": "done"})]


def drawn(random: Random) -> Routine | None:
    """Return a routine of drawn steps, None when it is refused."""
    try:
        return definition.from_data(data(*draw_steps(random)))
    except Refused:
        return None


@given(seed=st.integers(0, 2**32))
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_there_is_always_a_next_step_until_the_end(seed: int) -> None:
    random = Random(seed)
    routine = drawn(random)
    assume(routine is not None)
    assert routine is not None
    facts = {"reported": MONDAY, "found": False, "searchers": 0, "heads": frozenset[str]()}
    walk = Walk(routine, random, facts)
    for _ in range(25):
        chance = random.random()
        if chance < 0.15:
            walk.sleep(random.randint(1, 60))
        elif chance < 0.3:
            new = {"found": random.random() < 0.5, "searchers": random.randint(0, 4)}
            walk.progress = walk.progress.with_facts(**new)
            walk.look()
        elif chance < 0.4:
            walk.start_something()
        elif not walk.finished:
            walk.step()
        for one in routine.steps:
            waiting = engine.blocked_by(routine, walk.progress, one.id, walk.now)
            settled = State(routine, walk.progress, walk.now).settled(one)
            open_now = walk.progress.open_record(one.id)
            assert open_now or walk.finished or settled or waiting, (
                "what is not open or settled waits for something"
            )
            if waiting and not waiting.on_demand:
                assert waiting.steps or waiting.condition, one.id
