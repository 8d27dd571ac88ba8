"""`aktspar check`: what it says, and its exit code."""

import json
import os

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.files import files
from archive.integrity import checks
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Evidence
from tests.builders import a_box, a_file, a_shelf
from tests.databases import KEYS
from tests.remembering import remembering
from tests.tampering import intruding


@pytest.fixture
@remembering
def lived_in(archive: Archive, archivist: Actor) -> Archive:
    """Give an archive with a file that was moved once."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        files.move(work, a_file(work, a_box(work, shelf)), shelf, how=Evidence.SCAN)
    return archive


def _check(archive: Archive, *options: str, language: str = "en") -> Result:
    env = {**KEYS, "AKTSPAR_DATABASE_URL": archive.settings.database_url}
    return CliRunner().invoke(main, ["--language", language, "check", *options], env=env)


def test_a_whole_archive_ends_with_code_0(lived_in: Archive) -> None:
    answer = _check(lived_in)
    assert answer.exit_code == 0, answer.output
    assert "Everything is as its history says." in answer.output


def test_a_changed_event_is_named_and_ends_with_code_1(lived_in: Archive) -> None:
    with intruding(lived_in.settings) as intruder:
        body = intruder.event("file:1", 2).body
        intruder.change("file:1", 2, body=body.replace("scan", "hand"))
    answer = _check(lived_in)
    assert answer.exit_code == 1
    assert "The content of file:1#2 does not match its hash" in answer.output
    assert "The trigger event_update_refused is missing" in answer.output


def test_json_carries_what_a_program_needs(lived_in: Archive) -> None:
    whole = json.loads(_check(lived_in, "--json").output)
    assert whole["ok"] is True
    assert whole["events"] >= 8
    with intruding(lived_in.settings) as intruder:
        intruder.run("UPDATE case_file SET place_id = 1")
    answer = _check(lived_in, "--json", language="sv")
    assert answer.exit_code == 1
    found = [one for one in json.loads(answer.output)["findings"] if one["rule"] == "replay.differs"]
    assert found == [
        {
            "rule": "replay.differs",
            "subject": "file:1",
            "sentence": "file:1: historiken säger att place_id är 4, registret säger 1.",
            "facts": {"column": "place_id", "history": 4, "present": 1},
        }
    ]


def test_a_large_archive_is_checked_by_two_processes_with_the_same_result(
    lived_in: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with intruding(lived_in.settings) as intruder:
        body = intruder.event("file:1", 2).body
        intruder.change("file:1", 2, body=body.replace("scan", "hand"))
        intruder.run("UPDATE case_file SET place_id = 1")
    alone = json.loads(_check(lived_in, "--json").output)
    monkeypatch.setattr(checks, "LARGE", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    together = json.loads(_check(lived_in, "--json").output)
    assert together["findings"] == alone["findings"]
    assert {"history.content", "replay.differs", "fences"} <= {one["rule"] for one in together["findings"]}
