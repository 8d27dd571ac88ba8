"""Files that may be one for other programs: listed with their reason, settled by the verb of the page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Permission, Role
from tests.bench.near_set import COLUMNS, Row, mapping
from tests.verbs.imports.taking_in import OLD, a_list, check, prepared, register

ONE = Row("2009/12345", "199006022397", "", "Åkerlund", "Anna", "EB", "2009-03-04", "2011-10-07")
OTHER = Row("2009/12346", "", "", "Åkerlund", "Anna", "EB", "2009-03-04", "2011-10-07")


@pytest.fixture
def issue(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> Callable[[Role], dict[str, str]]:
    """Give the headers of a token that acts as a role."""

    def headers(role: Role) -> dict[str, str]:
        user_id = as_role(role).user_id or 0
        with archive.write(root) as work:
            user = users.user(work, user_id)
            _token, secret = users.issue_token(work, user, "prov", work.now + timedelta(days=1))
        return {"Authorization": f"Bearer {secret}"}

    return headers


def test_pairs_are_listed_with_their_reason_and_settled_once(
    client: FlaskClient, archive: Archive, archivist: Actor, issue: Callable[[Role], dict[str, str]]
) -> None:
    prepared(archive)
    cells = a_list([row.cells(1) for row in (ONE, OTHER)], tuple(COLUMNS))
    register(archive, archivist, check(archive, archivist, cells, mapping(OLD)))
    headers = issue(Role.ARCHIVIST)
    (pair,) = (client.get("/api/near-duplicates", headers=headers).json or {})["pairs"]
    assert pair["says"] == "samma namn och datum, personnummer saknas i den ena, aktnumret skiljer en siffra"
    assert [file["reference"] for file in pair["files"]] == [OTHER.reference, ONE.reference]
    address = f"/api/near-duplicates/{pair['id']}"
    assert client.post(address, json={"answer": "list_right"}, headers=headers).status_code == 422
    assert client.post(address, json={"answer": "different"}, headers=headers).status_code == 200
    assert client.post(address, json={"answer": "same"}, headers=headers).status_code == 409
    assert client.get("/api/near-duplicates", headers=headers).json == {"pairs": [], "next": None}


def test_who_corrects_nothing_sees_no_pairs(
    client: FlaskClient, as_role: Callable[[Role], Actor], issue: Callable[[Role], dict[str, str]]
) -> None:
    assert Permission.CORRECT not in as_role(Role.CASE_WORKER).permissions
    assert client.get("/api/near-duplicates", headers=issue(Role.CASE_WORKER)).status_code == 403
