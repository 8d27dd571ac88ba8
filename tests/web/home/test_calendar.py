"""The calendar: what other programs read of it, by a secret address, and that nothing in it can do harm."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from archive.accounts import users
from archive.home.calendar_feed import CalendarEntry, render
from archive.kernel.clock import STOCKHOLM
from archive.kernel.store import Actor, Archive
from archive.models import CalendarFeed
from archive.notifications import deadlines
from archive.vocabulary import Role
from tests.builders import SetClock

SignIn = Callable[[Role], FlaskClient]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEXT = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\r\n,;:\\\"'åäöÅÄÖ😀"), max_size=200
)
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - as the strategy wants them
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, STOCKHOLM]),
)


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    """Draw an entry of days or of moments."""
    starts = draw(st.dates(date(2026, 1, 1), date(2030, 1, 1)) | MOMENTS)
    ends = starts + timedelta(days=draw(st.integers(0, 30)))
    return CalendarEntry(
        draw(st.from_regex(r"[a-z]+-[0-9]+", fullmatch=True)), starts, ends, draw(TEXT), draw(TEXT)
    )


def seen(text: str) -> str:
    """Return a text as another program reads it back: one kind of line end, no control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\t\n" or (sign >= " " and sign != "\x7f"))


@given(st.lists(entries(), max_size=5))
def test_another_program_reads_back_what_was_written(written: list[CalendarEntry]) -> None:
    events = list(Calendar.from_ical(render("Frister", "arkiv.example", written, NOW)).walk("VEVENT"))
    assert len(events) == len(written)
    for event, entry in zip(events, written, strict=True):
        assert str(event["UID"]) == f"{entry.uid}@arkiv.example"
        assert str(event["SUMMARY"]) == seen(entry.summary)
        assert str(event.get("DESCRIPTION", "")) == seen(entry.description)
        starts, ends = event.decoded("DTSTART"), event.decoded("DTEND")
        if isinstance(entry.starts, datetime):
            assert (starts, ends) == tuple(
                moment.astimezone(UTC).replace(microsecond=0) for moment in (entry.starts, entry.ends)
            )
        else:
            assert (starts, ends) == (entry.starts, entry.ends + timedelta(days=1))


@given(st.lists(entries(), max_size=5), TEXT)
def test_no_line_is_longer_than_75_bytes_nor_cut_within_a_character(
    written: list[CalendarEntry], name: str
) -> None:
    content = render(name, "arkiv.example", written, NOW)
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in lines:
        line.decode()


@given(TEXT)
def test_no_text_begins_a_line_of_its_own(text: str) -> None:
    entry = CalendarEntry("a-1", NOW, NOW, f"{text}\r\nEND:VEVENT\nATTACH:https://evil.example", text)
    unfolded = render("x", "arkiv.example", [entry], NOW).replace(b"\r\n ", b"").decode()
    lines = re.split(r"\r\n|\r|\n", unfolded)
    assert [line for line in lines if line.startswith(("END:VEVENT", "ATTACH"))] == ["END:VEVENT"]


def test_a_moment_in_the_hour_that_comes_twice_keeps_its_place() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM)
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM)
    content = render("x", "h", [CalendarEntry("a-1", first, second, "x")], NOW).decode()
    assert "DTSTART:20261025T003000Z" in content
    assert "DTEND:20261025T013000Z" in content


def address(page: str) -> str:
    """Return the path of the calendar's address a page shows."""
    found = re.search(r'id="address">http://127.0.0.1:8000(/calendar/[^<]+\.ics)<', page)
    assert found, page
    return found.group(1)


def test_what_is_due_for_one_is_read_without_signing_in(
    sign_in: SignIn, client: FlaskClient, archive: Archive, root: Actor
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    path = address(browser.post("/account/calendar").text)
    with archive.write(root) as work:
        for key, role in (("secure", Role.ARCHIVIST), ("decide", Role.MANAGER)):
            title = {"sv": f"Gör {key}", "en": f"Do {key}"}
            deadlines.put(work, "matter:7", key, title=title, due_at=NOW + timedelta(hours=72), role=role)
    answer = client.get(path)
    assert answer.mimetype == "text/calendar"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["UID"])) == ("Gör secure", "deadline-1@127.0.0.1:8000")
    assert event.decoded("DTSTART") == NOW + timedelta(hours=72)
    assert "Set-Cookie" not in answer.headers


def test_the_calendar_is_in_the_language_of_whose_it_is(
    sign_in: SignIn, client: FlaskClient, archive: Archive, root: Actor
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    path = address(browser.post("/account/calendar").text)
    assert str(Calendar.from_ical(client.get(path).data)["X-WR-CALNAME"]) == "Aktspår: det som ska göras"
    browser.post("/language", data={"language": "en"})
    assert str(Calendar.from_ical(client.get(path).data)["X-WR-CALNAME"]) == "Aktspår: what is due"


def test_an_address_made_anew_or_taken_away_ends_the_old(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(Role.ARCHIVIST)
    old = address(browser.post("/account/calendar").text)
    new = address(browser.post("/account/calendar").text)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert 'id="address"' not in browser.get("/account").text
    browser.post("/account/calendar/close")
    browser.post("/account/calendar/close")
    assert client.get(new).status_code == 404


def test_who_is_shut_out_has_no_calendar(
    sign_in: SignIn, client: FlaskClient, archive: Archive, root: Actor
) -> None:
    path = address(sign_in(Role.ARCHIVIST).post("/account/calendar").text)
    with archive.write(root) as work:
        users.set_active(work, users.user_named(work, "archivist"), False)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("secret", ["x", "a" * 43, "%00", "..%2f"])
def test_a_guessed_address_opens_nothing(client: FlaskClient, secret: str) -> None:
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_the_secret_itself_is_stored_nowhere(
    sign_in: SignIn, archive: Archive, root: Actor, caplog: pytest.LogCaptureFixture, clock: SetClock
) -> None:
    browser = sign_in(Role.ARCHIVIST)
    caplog.set_level("INFO")
    path = address(browser.post("/account/calendar").text)
    browser.get(path)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    with archive.read(root) as work:
        feed = work.session.get_one(CalendarFeed, 1)
    assert secret not in feed.token_hash
    logged = [record for record in caplog.records if record.name == "aktspar.request"]
    assert logged
    assert all(secret not in str(vars(record)) for record in logged)
