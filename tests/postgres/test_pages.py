"""Every page reads from PostgreSQL too; what a page says is tested on SQLite, which is quicker."""

import logging
from contextlib import closing
from pathlib import Path

import pytest

from archive import migrations, reference_data
from archive.app import create_app
from archive.kernel.store import Archive
from archive.vocabulary import Role
from seed.demo import city
from tests.browser.walk import Known, walk
from tests.builders import PASSWORD, SetClock, user_in_role
from tests.databases import LAST_KEPT, PostgresqlDatabases

LOOKING = (Role.ARCHIVIST, Role.MANAGER, Role.ADMINISTRATOR)


@pytest.mark.usefixtures("engine")
def test_every_page_of_an_upgraded_archive_opens(
    postgresql_databases: PostgresqlDatabases,
    tmp_path: Path,
    clock: SetClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "aktspar")
    clock.forward(days=14)  # later than all that happened in it
    with postgresql_databases.kept(tmp_path, LAST_KEPT) as kept:
        migrations.upgrade(kept)
        with closing(Archive(kept, clock)) as archive:
            reference_data.refresh(archive)
            city.place(archive)
            app = create_app(archive=archive)
            found: set[str] = set()
            known = Known()
            for role in LOOKING:
                user_in_role(archive, role)
                client = app.test_client()
                client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
                client.post("/sign-in", data={"login": role.value, "password": PASSWORD})
                walked = walk(app, client, "/", known=known)
                assert walked.refused == {}
                found |= walked.endpoints
            assert len(found) > 60
