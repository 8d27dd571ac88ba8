"""Every free text of an incident filled to its limit is printed whole on each paper that tells it."""

import re
import subprocess
from collections.abc import Callable, Mapping
from unicodedata import normalize

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.kernel.store import Actor, Archive
from archive.vocabulary import IncidentPaper, Role
from routines.answers import LONGEST
from routines.model import FieldKind
from tests.builders import SetClock
from tests.verbs.incidents.papers_play import decided, reported, sent

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
P = IncidentPaper
MOST = LONGEST[FieldKind.LONG_TEXT] - 40  # a word of the story stands before each text
MOST_PAGES = 250  # some twenty texts of five pages, the report tells most of them twice
LETTERS = "abcdefgh"


def words() -> str:
    """Return plain words, as many as a field takes."""
    half = "några ord till " * (MOST // 30 - 1)
    return f"BÖRJAN {half}MITTEN {half}SLUTET"


def one_word() -> str:
    """Return one unbroken word, as long as a field takes."""
    half = LETTERS * (MOST // 16 - 2)
    return f"BÖRJAN{half}MITTEN{half}SLUTET"


def paragraphs() -> str:
    """Return 400 short paragraphs."""
    half = [f"Stycke {at}." for at in range(200)]
    return "\n".join(["BÖRJAN", *half, "MITTEN", *half, "SLUTET"])


FILLS = {"words": words, "one word": one_word, "paragraphs": paragraphs}
# Which texts each paper tells, by the word of the story before each; the report in full tells them all.
TOLD: Mapping[IncidentPaper, tuple[str, ...]] = {
    P.IMY_NOTIFICATION: ("FAKTA", "FÖLJDER", "ÅTGÄRDER"),
    P.IMY_SUPPLEMENT: ("EFTERÅT", "HUR", "INFÖRT"),
    P.LETTER: ("EFTERÅT", "ÅTGÄRDER"),
    P.LEX_SARAH_REPORT: ("HÄNDELSEN", "BETYDELSEN"),
    P.LEX_SARAH_INVESTIGATION: ("HÄNDELSEN", "BETYDELSEN", "HUR", "FUNNET", "INFÖRT"),
    P.POLICE_REPORT: ("LÅSET",),
    P.ANSWER: ("SVARET",),
    P.REFUSAL: (),
}
REPORT = tuple(dict.fromkeys(word for told in TOLD.values() for word in told))


# What a text that goes on over the next page is parted by: foot and head of the pages, and what stands
# beside its beginning.
_BETWEEN = (
    r".*Sida \d+ av \d+",
    *("Nr Fråga Svar", "Fråga Vad man vet Antecknat Typ", "När Vad Vem Antecknat"),
    *("När Vem Var Minuter Resultat", r"\d{4}-\d\d-\d\d", r"\d\d:\d\d", r"\d{4}-\d\d-\d\d \d\d:\d\d"),
    *("Arkivarie", "Chefen", "Lexan faktum", "Lexan bedömning", "Lexan", "faktum", "bedömning"),
)
_PARTED = re.compile(rf"^(?:{'|'.join(_BETWEEN)})$\n?", re.MULTILINE)


def bare(text: str) -> str:
    """Return letters and digits alone: lines and pages are broken where the paper needs it."""
    return re.sub(r"\W", "", normalize("NFKC", text))


def printed(client: FlaskClient, address: str) -> tuple[str, int]:
    """Return the words of a paper without its feet, and its pages."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), address
    command = ["pdftotext", "-raw", "-", "-"]  # in the order it was drawn: cell by cell
    out = subprocess.run(command, input=answer.data, capture_output=True, check=True).stdout.decode()
    assert "…" not in out.replace("[…]", ""), address
    pages = [_PARTED.sub("", page) for page in out.split("\f")]
    return "\n".join(pages), len(pages) - 1


def missing(told: str, text: str, names: tuple[str, ...]) -> list[str]:
    """Return which of some texts a paper does not hold from the first letter to the last."""
    told, text = bare(told), bare(text)
    return [name for name in names if f"{name}{text}" not in told]


@pytest.mark.parametrize("fill", FILLS)
def test_every_paper_tells_the_longest_answers_whole(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, fill: str
) -> None:
    text = FILLS[fill]()
    assert len(text) <= MOST
    story = reported(archive, archivist, clock)
    decided(story, clock, text)
    sent(story, clock, text)
    lessons = {"how": f"HUR {text}", "measures": f"INFÖRT {text}", "sign_of_effect": text}
    story.play.do(archivist, "lessons", measures_needed="yes", **lessons)
    with archive.write(archivist) as work:  # the answer before the find is not printed after it
        reporting.start(work, reporting.get(work, story.number), "new_request")
    story.play.do(archivist, "new_request", answer=f"SVARET {text}")
    client = sign_in(Role.ARCHIVIST)
    pages = f"/incidents/{story.number}"
    for paper, names in TOLD.items():
        told, count = printed(client, f"{pages}/papers/{paper.value}.pdf")
        assert missing(told, text, names) == [], paper
        assert count < MOST_PAGES, paper
    told, count = printed(client, f"{pages}/report.pdf")
    assert missing(told, text, REPORT) == []
    assert bare(told).count(bare(text)) >= 12  # searches, traces and reasons too
    assert count < MOST_PAGES
    redacted, count = printed(client, f"{pages}/report.pdf?bare=1")
    assert ("BÖRJAN" in redacted, count < MOST_PAGES) == (False, True)
    assert client.get(pages).status_code == 200


@pytest.mark.parametrize("letters", [1875, 1876, 1877, 2000, 2001])
def test_an_answer_about_as_long_as_a_page_is_printed(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, letters: int
) -> None:
    story = reported(archive, archivist, clock)
    text = ("ord " * 600)[: letters - 6] + "SLUTET"
    story.play.do(story.manager, "screen_risk", protected="no", child="no", crime="no", risk=text)
    told, count = printed(sign_in(Role.ARCHIVIST), f"/incidents/{story.number}/report.pdf")
    assert bare(text) in bare(told)
    assert count < 8
