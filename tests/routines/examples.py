"""Small routines, a calendar and a way to write YAML, for the tests of the routines."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from routines import definition
from routines.model import Routine
from routines.progress import Doer, Progress

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ANNA = Doer("user:1", frozenset({"owner"}))
BO = Doer("user:2", frozenset({"owner"}))
CHIEF = Doer("user:3", frozenset({"manager"}))


class Weekdays:
    """A calendar of Stockholm that knows weekends and Christmas."""

    zone = ZoneInfo("Europe/Stockholm")

    def local(self, moment: datetime) -> datetime:
        """Return a moment as clocks in Stockholm show it."""
        return moment.astimezone(self.zone)

    def next_working_day(self, day: date) -> date:
        """Return the day itself or the first working day after it."""
        while day.weekday() >= 5 or (day.month, day.day) in {(12, 24), (12, 25), (12, 31), (1, 1), (1, 6)}:
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day that many working days later."""
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1))
        return day


CALENDAR = Weekdays()


def text(word: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"sv": f"{word} (sv)", "en": f"{word} (en)"}


def step(name: str, **keys: Any) -> dict[str, Any]:
    """Return the data of a step that anybody who owns the run can do."""
    return {
        "id": name,
        "track": "main",
        "title": text(name),
        "guidance": text("do"),
        "who": ["owner"],
        **keys,
    }


def field(name: str, kind: str = "text", **keys: Any) -> dict[str, Any]:
    """Return the data of a field."""
    if kind in ("choice", "choices"):
        options = keys.pop("options", ["a", "b"])
        keys["options"] = [{"id": one, "label": text(one)} for one in options]
    return {"id": name, "kind": kind, "label": text(name), **keys}


def fact(name: str, kind: str) -> dict[str, Any]:
    """Return the data of a fact."""
    return {"id": name, "kind": kind, "title": text(name)}


END = step("close", after=[], ends={"rest": "done"})


def data(*steps: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Return the data of a routine with these steps and, unless one of them ends it, a last one after all."""
    found = [*steps]
    if not any("ends" in one for one in steps):
        last = [one["id"] for one in steps if not one.get("on_demand")]
        found.append({**END, "after": last})
    whole = {
        "routine": "example",
        "version": 1,
        "title": text("Example"),
        "purpose": text("To test"),
        "parties": [{"id": one, "title": text(one), "duty": text("duty")} for one in ("owner", "manager")],
        "facts": [
            fact("reported", "moment"),
            fact("found", "flag"),
            fact("searchers", "count"),
            fact("heads", "people"),
        ],
        "tracks": [{"id": "main", "title": text("Main")}],
        "steps": found,
        **keys,
    }
    return deepcopy(whole)


def routine(*steps: dict[str, Any], **keys: Any) -> Routine:
    """Return a routine with these steps."""
    return definition.from_data(data(*steps, **keys))


def beginning(**facts: Any) -> Progress:
    """Return a run nothing has happened in yet."""
    known = {"reported": MONDAY, "found": False, "searchers": 0, "heads": frozenset[str](), **facts}
    return Progress(known)
