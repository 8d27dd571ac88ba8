"""Addresses built once per form are those Flask would build."""

import flask
import pytest
from flask import Flask

from archive.vocabulary import Custody
from archive.web.kit import addresses

ASKED = [
    ("find.page", {}),
    ("files.page", {"code": "A1B2C3D4EK"}),
    ("files.page", {"code": "7ZK0M4Q2TX", "new": 1}),
    ("files.page", {"code": "åäö/?#"}),
    ("files.index", {"status": Custody.ON_LOAN}),
    ("files.index", {"status": "on_place", "after": None}),
    ("files.change_person", {"code": "A1B2C3D4EK", "person_id": 90909090}),
    ("loans.index", {"after": "2026-11-23|7"}),
    ("people.page", {"person_id": 7}),
    ("find.page", {"term": "-5", "n": -5}),
    ("static", {"filename": "aktspar.css"}),
    ("static", {"filename": "vendor/htmx/htmx.min.js"}),
]


@pytest.mark.engines("sqlite")  # no database is asked
def test_every_address_is_the_one_flask_would_build(app: Flask) -> None:
    with app.test_request_context("/"):
        for _turn in range(2):  # the second time from what was built
            for endpoint, values in ASKED:
                assert addresses.url_for(endpoint, **values) == flask.url_for(endpoint, **values)


@pytest.mark.engines("sqlite")
def test_a_page_that_does_not_exist_is_a_bug(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(Exception, match=r"files\.nowhere"):
        addresses.url_for("files.nowhere")


@pytest.mark.engines("sqlite")
def test_addresses_under_a_prefix_bear_it(app: Flask) -> None:
    with app.test_request_context("/find", environ_overrides={"SCRIPT_NAME": "/arkiv"}):
        assert addresses.url_for("find.page") == "/arkiv/find"
    with app.test_request_context("/find"):
        assert addresses.url_for("find.page") == "/find"
