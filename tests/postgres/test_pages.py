"""Every page reads from PostgreSQL too; what a page says is tested on SQLite, which is quicker."""

import logging
from contextlib import closing
from dataclasses import replace

import pytest

from archive.app import create_app
from archive.config import Settings
from archive.domain import sessions, staff
from archive.store import Archive
from archive.vocabulary import Role
from seed.demo.fill import fill
from tests.browser.walk import Known, walk
from tests.builders import SetClock

LOOKING = (Role.ARCHIVIST, Role.MANAGER, Role.ADMINISTRATOR)


def test_every_page_of_a_demo_archive_opens(
    settings: Settings, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "aktspar")
    demo = replace(settings, demo=True)
    with closing(Archive(demo, clock)) as archive:
        fill(demo, 120, 3, lambda _line: None, now=clock.now)
        app = create_app(archive=archive)
        with archive.read(sessions.DOOR) as work:
            users = {role: users[0] for role, users in staff.by_role(work)}
        found: set[str] = set()
        known = Known()
        for role in LOOKING:
            client = app.test_client()
            client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
            client.post("/sign-in/demo", data={"user": users[role].id})
            walked = walk(app, client, "/", known=known)
            assert walked.refused == {}
            found |= walked.endpoints
        assert len(found) > 60
