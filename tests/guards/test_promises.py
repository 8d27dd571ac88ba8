"""SECURITY.md promises only what a test holds."""

import re

from tests.guards.source import ROOT, is_there

ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)


def _promises() -> dict[str, list[str]]:
    """Return each promise with the tests that hold it."""
    rows = ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))[1:]
    return {promise: re.findall(r"`([^`]+::[^`]+)`", tests) for promise, tests in rows}


def test_each_promise_is_held_by_tests_that_are_there() -> None:
    promises = _promises()
    assert len(promises) > 10
    assert [promise for promise, tests in promises.items() if not tests] == []
    assert [test for tests in promises.values() for test in tests if not is_there(test)] == []
