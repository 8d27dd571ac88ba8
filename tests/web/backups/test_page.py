"""The page of backups: how they fare, for administrators alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyrage.x25519 import Identity

from archive.backups import manifest, nightly
from archive.kernel.config import BackupPlan
from archive.kernel.errors import Unavailable
from archive.kernel.store import Archive
from archive.vocabulary import Role
from tests.builders import SetClock

RECIPIENT = str(Identity.generate().to_public())


def page(client: FlaskClient) -> str:
    """Return the page's text."""
    return client.get("/backups").get_data(as_text=True)


def test_an_administrator_sees_how_the_backups_fare(
    archive: Archive, sign_in: Callable[[Role], FlaskClient], tmp_path: Path, clock: SetClock
) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    assert "Inga säkerhetskopior görs." in page(client)
    (target := tmp_path / "kopior").mkdir()
    archive.settings = replace(archive.settings, backups=BackupPlan(target, (RECIPIENT,)))
    assert "mer än ett dygn gammal" in page(client)
    assert client.get("/health").get_json()["backup"] == "late"
    nightly.run(archive)
    (backup,) = manifest.all_in(target)
    assert "Ingen har återställts" in page(client)
    (backup.path / manifest.VERIFIED).write_text('{"at": "2026-11-23T08:00:00+00:00"}', encoding="utf-8")
    shown = page(client)
    assert "Ingen har återställts" not in shown
    assert "aktspar-2026-11-23T080000Z" in shown
    assert "mer än ett dygn gammal" not in shown
    assert client.get("/health").get_json()["backup"] == "ok"
    clock.forward(days=1)
    target.rename(tmp_path / "borta")
    clock.forward(hours=3)
    with pytest.raises(Unavailable):
        nightly.run(archive)
    client = sign_in(Role.ADMINISTRATOR)  # anew: the session has ended meanwhile
    assert "mappen finns inte, eller går inte att skriva i" in page(client)
    assert client.get("/health").get_json()["backup"] == "failed"


def test_nobody_else_sees_the_page(sign_in: Callable[[Role], FlaskClient]) -> None:
    assert sign_in(Role.ARCHIVIST).get("/backups").status_code == 403
