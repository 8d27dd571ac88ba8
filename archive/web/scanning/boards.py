"""The board one scans at: the same on the scan page and at every task, such as packing or receiving."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Response, request, url_for

from archive.codes import codes
from archive.kernel.errors import DomainError
from archive.kernel.store import Work
from archive.places import paths, places
from archive.scanning import answers, scans
from archive.scanning.answers import ScanReply
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import current_actor
from archive.web.kit.answers import Refusals

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Board:
    """What a board is for: its task as scans carry it, its address, and the words for the chosen place.

    `panel` is the address of the part beside the board that is fetched anew after each scan.
    """

    address: str
    task: str = ""
    panel: str = ""
    chosen: str = N_("Files are put at")
    nothing_chosen: str = N_("no place chosen")
    leave: str = N_("Leave this place")
    counted: str = N_("files moved here")
    begin: str = N_("Scan a file or a place")
    begin_text: str = N_("A file alone shows where it should be. After a place, files are moved there.")
    go_on: str = N_("Scan a file")
    go_on_text: str = N_("It is moved to the place above.")
    carries: bool = False


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """What a board is shown for: the chosen place, the scan just answered, what was typed and refused.

    `said` is an answer that is shown at once, since on the way to another page it would be lost.
    """

    context: str = ""
    answered: str | None = None
    typed: str = ""
    refused: Refusals | None = None
    said: ScanReply | None = None

    @classmethod
    def of_request(cls) -> "BoardQuery":
        """Read it from the address."""
        return cls(request.args.get("place", ""), request.args.get("answer"))


# Who shows the board of a kind of task (`pack`, `receive` …) again when a scan typed into it was refused.
PAGES: dict[str, Callable[[int, BoardQuery], Response]] = {}


def facts(work: Work, board: Board, asked: BoardQuery) -> tuple[dict[str, Any], list[ScanReply]]:
    """Return what the board's template needs, and the answers it shows, whose look the page records."""
    said = asked.said
    told = answers.tell(work, scans.recent(work, SHOWN))
    told = [said if said and one.id == said.id else one for one in told]
    return {
        "board": board,
        "words": words(board),
        "told": told,
        "one": said or next((one for one in told if one.id == asked.answered), None),
        "context": _chosen(work, asked.context),
        "carry": "yes" in request.values.getlist("carry"),
        "scan_id": uuid4(),
        "typed": asked.typed,
        "by": current_actor().id,
    }, told


def _chosen(work: Work, code: str) -> Mapping[str, str] | None:
    """Return code, name and whereabouts of the chosen place, or nothing when the code is no open place."""
    try:
        place = places.by_code(work, codes.parse(code)) if code else None
    except DomainError:
        return None
    if place is None or place.closed_at is not None:
        return None
    trail = paths.steps(work, [place.id])[place.id]
    return {
        "code": place.code,
        "name": paths.spoken(place),
        "above": paths.name_of(trail[:-1]),
        "hint": answers.hint_at(work, place),
    }


def scan_board() -> Board:
    """Return the board of the scan page itself: no task, anything may be scanned."""
    return Board(url_for("scan.page"), carries=True)


def words(board: Board) -> Mapping[str, str]:
    """Return the board's own words in the language in use."""
    names = ("chosen", "nothing_chosen", "leave", "counted", "begin", "begin_text", "go_on", "go_on_text")
    return {name: _(getattr(board, name)) for name in names}
