"""Hold the few words that stand on labels and their calibration page, in Swedish and English."""

LANGUAGES = ("sv", "en")

_SWEDISH = {
    "Part %(part)s of %(parts)s": "Del %(part)s av %(parts)s",
    "Part %(part)s": "Del %(part)s",
    "crate": "flyttlåda",
    "command": "kommando",
    "COVER RIGHT": "OMSLAG RÄTT",
    "CONTENTS RIGHT": "INNEHÅLL RÄTT",
    "SEAL RIGHT": "FÖRSEGLING RÄTT",
    "WRONG": "FEL",
    "DAMAGED": "SKADAD",
    "UNDO": "ÅNGRA",
    "Labels": "Etiketter",
    "Label": "Etikett",
    "Archive label": "Arkivetikett",
    "roll": "rulle",
    "%(num)s per sheet": "%(num)s per ark",
    "Sheet %(sheet)s": "Ark %(sheet)s",
    "labels %(first)s–%(last)s": "etikett %(first)s–%(last)s",
    "Calibration page": "Kalibreringssida",
    "1. Print this page at 100 % (“actual size”), not “fit to page”.": (
        "1. Skriv ut sidan i 100 % (”faktisk storlek”), inte ”anpassa till sidan”."
    ),
    "2. Measure the bar below: it must be 100 mm long. If not, the size is still wrong.": (
        "2. Mät linjalen här under: den ska vara 100 mm. Annars är storleken fortfarande fel."
    ),
    "3. Lay the page over an unused label sheet and hold both against the light.": (
        "3. Lägg sidan över ett oanvänt etikettark och håll upp båda mot ljuset."
    ),
    "4. See the label below and to the right of each cross: read where its left and upper edges lie.": (
        "4. Se på etiketten nedanför till höger om varje kors: läs av dess vänsterkant och överkant."
    ),
    "5. Add that to the printer's offset: the left edge to “across”, the upper edge to “down”.": (
        "5. Lägg det till skrivarens förskjutning: vänsterkanten i sidled, överkanten i höjdled."
    ),
    "6. If the crosses give different readings, the page was not printed at 100 %.": (
        "6. Visar korsen olika värden är sidan inte utskriven i 100 %."
    ),
    "Offset of this page: across %(x)s mm, down %(y)s mm": (
        "Sidans förskjutning: i sidled %(x)s mm, i höjdled %(y)s mm"
    ),
    "100 mm": "100 mm",
    "The frame should lie 2 mm in. 1 mm too far left: add 1 across. 1 mm too high: add 1 down.": (
        "Ramen ska ligga 2 mm in. 1 mm för långt åt vänster: lägg till 1 i sidled. "
        "1 mm för högt: lägg till 1 i höjdled."
    ),
}


def say(language: str, english: str, **facts: object) -> str:
    """Return a sentence of this package in that language; raise KeyError for one it does not have."""
    swedish = _SWEDISH[english]
    return (
        (english if language == "en" else swedish) % facts
        if facts
        else (english if language == "en" else swedish)
    )


def decimal(number: float, language: str) -> str:
    """Write a number as the language does, without needless zeros."""
    text = f"{number:g}"
    return text if language == "en" else text.replace(".", ",")
