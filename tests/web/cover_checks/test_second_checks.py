"""Double checks on their page: what waits for another person, what had been missed, and how sure that is."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.cover_checks import checks
from archive.cover_checks.findings import SeenWrong
from archive.files import files
from archive.kernel.store import Archive, operator
from archive.vocabulary import FindingKind, Role
from tests.builders import user_in_role
from tests.verbs.cover_checks.test_second_checks import again, done, repeat

pytestmark = pytest.mark.engines("sqlite")  # the verbs are tested on both

SignIn = Callable[[Role], FlaskClient]
ADDRESS = "/double-checks/"


def test_what_was_missed_is_told_with_its_uncertainty_and_what_waits_goes_to_another(
    sign_in: SignIn, archive: Archive
) -> None:
    first, second = user_in_role(archive, Role.ARCHIVIST), user_in_role(archive, Role.ASSISTANT)
    assert "Inget omslag har kontrollerats igen ännu" in sign_in(Role.ARCHIVIST).get(ADDRESS).text
    for _cover in range(3):
        done(archive, first)
    waiting = again(archive, operator("tests"))
    repeat(archive, second, waiting[0], SeenWrong(FindingKind.DAMAGED, "whole"))
    repeat(archive, second, waiting[1])
    page = sign_in(Role.ASSISTANT).get(ADDRESS).text
    with archive.read(second) as work:
        left = files.get(work, checks.get(work, waiting[2]).file_id).reference
    assert "500,0 (94,5–905,5)" in page
    assert FindingKind.DAMAGED.label.capitalize() in page
    assert f">{left}<" in page
    own = sign_in(Role.ARCHIVIST).get(ADDRESS).text
    assert left not in own
    assert "Inget omslag väntar på dig" in own
    for role in (Role.AUDITOR, Role.MANAGER):
        said = sign_in(role).get(ADDRESS).text
        assert "500,0 (94,5–905,5)" in said
        assert left not in said
    table = sign_in(Role.AUDITOR).get("/double-checks/figures.csv").text
    assert '"2026 kvartal 4";"3";"2";"1";"500,0";"94,5";"905,5"' in table
