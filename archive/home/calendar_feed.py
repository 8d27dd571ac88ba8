"""Calendars as other programs read them (RFC 5545): what is due and when, nothing personal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from archive.incidents import worklist
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.notifications import deadlines
from archive.programme import weekly_delivery
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _

LONGEST_LINE = 75  # bytes, without the line's end
BEHIND, AHEAD = timedelta(days=60), timedelta(days=365)  # of deliveries in the calendar
_LEFT_OUT = {number: None for number in (*range(0x20), 0x7F) if number not in (0x09, 0x0A)}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry of a calendar: two days (the last one included) or two moments; `uid` never changes."""

    uid: str
    starts: date
    ends: date
    summary: str
    description: str = ""


def render(name: str, host: str, entries: Iterable[CalendarEntry], now: datetime) -> bytes:
    """Write a calendar; moments stand in UTC, so that no change of clocks can move one."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Aktspar//Aktspar//SV",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "X-WR-TIMEZONE:Europe/Stockholm",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(entry.uid)}@{host}",
            f"DTSTAMP:{_utc(now)}",
            *_span(entry),
            f"SUMMARY:{_text(entry.summary)}",
            *([f"DESCRIPTION:{_text(entry.description)}"] if entry.description else []),
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _span(entry: CalendarEntry) -> tuple[str, str]:
    if isinstance(entry.starts, datetime) and isinstance(entry.ends, datetime):
        return f"DTSTART:{_utc(entry.starts)}", f"DTEND:{_utc(entry.ends)}"
    after = entry.ends + timedelta(days=1)  # the end of an entry of days is the day after its last
    return f"DTSTART;VALUE=DATE:{entry.starts:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Write a text so that nothing in it can end its line or begin another."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LEFT_OUT)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Fold a line after at most 75 bytes, never within a character."""
    rest, room, folded = line, LONGEST_LINE, b""
    while len(rest.encode()) > room:
        cut = rest.encode()[:room].decode(errors="ignore")
        folded, rest, room = folded + cut.encode() + b"\r\n ", rest[len(cut) :], LONGEST_LINE - 1
    return folded + rest.encode() + b"\r\n"


def of_deadlines(work: Work) -> list[CalendarEntry]:
    """Return the clocks that run for the actor, alone or by role; each stands at the moment it ends."""
    running = worklist.my_clocks(work)
    said = _("Sign in to Aktspår to see what it is about.")
    return [
        CalendarEntry(f"deadline-{one.id}", one.due_at, one.due_at, deadlines.title(one), said)
        for one in running
    ]


def of_deliveries(work: Work) -> list[CalendarEntry]:
    """Return the days of the deliveries, for those who have to do with them."""
    if not work.actor.may(Permission.DELIVER):
        return []
    today = local_date(work.now)
    coming = weekly_delivery.coming(work, today - BEHIND, today + AHEAD)
    return [
        CalendarEntry(
            f"delivery-{one.id}",
            one.day,
            one.day,
            _("Delivery to the central archive"),
            _("It is %(state)s. Sign in to Aktspår to see who sends.", state=one.status.label),
        )
        for one in coming
    ]


# Whatever has days or moments for people says so here.
SOURCES: tuple[Callable[[Work], Iterable[CalendarEntry]], ...] = (of_deadlines, of_deliveries)
TITLE = N_("Aktspår: what is due")


def build(work: Work, host: str) -> bytes:
    """Write the calendar of the actor."""
    entries = [entry for source in SOURCES for entry in source(work)]
    return render(_(TITLE), host, entries, work.now)
