"""Find what says that a person's data are protected, in whatever words, wherever it stands.

A doubtful word protects, since naming somebody cannot be undone. The rule is measured by the phrases in
tests/unit/protection_phrases.py.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from archive.imports.lists.formats.text import clean
from archive.kernel.letters import one_form

_WHAT = r"(?:id\w*|pers(?:on\w*|\b)|pu|upp?g\w*|adr\w*|folkb\w*|fbf?|boende\w*|mark\w*|namn\w*)"
_TAIL = rf"(?:[\s.\-]+{_WHAT}\b)*\.?"
_TOGETHER = r"(?:id(?:e\w*)?|pers(?:on(?:en|er|upp?g\w*)?)?|adr\w*|upp?g\w*|folkb\w*|boende\w*|pu)\b"
# 21 kap. 3 and 3 a §§, 22 kap. 1 and 2 §§ OSL, 7 kap. 15 § of the act before it; that they stand on a shelf
# 21:3 says nothing, so the short form needs its act.
_PARAGRAPH = r"(?:21\s?(?:kap\.?\s?|:)3(?:\s?a)?|22\s?(?:kap\.?\s?|:)[12])\b"
_BEFORE, _ACT = r"7(?::|\s?kap\.?\s?)(?:15|1\s?a)\b", r"(?:sekrl|sekretesslagen)\b"
_RESIDENCE, _RESIDENCE_ACT = r"(?:16|17\s?a)", r"(?:fol|folkbokföringslagen)\b"  # who stays registered
_LAW = (
    rf"osl\s{_PARAGRAPH}|{_PARAGRAPH}(?:\s?§)?\s(?:osl\b|offentlighets)"
    rf"|21\s?kap\.?\s3(?:\s?a)?\s?§|{_BEFORE}(?:\s?§)?\s{_ACT}|{_ACT}\s{_BEFORE}"
    rf"|{_RESIDENCE}\s?§\s{_RESIDENCE_ACT}|{_RESIDENCE_ACT}\s{_RESIDENCE}\s?§"
)
_WHO = (
    r"(?:(?:f\.?\s?d\.?|sin|hennes)\s+)*(?:mak[ea]n?|man(?:nen)?|exman\w*|sambo\w*|fa[dr]\w*|papp\w*|mor|modern"
    r"|mamma\w*|släkt\w*|familj\w*|bror\w*|bröd\w*|son(?:en)?)\b"
)
_OFFICE = r"(?:folkb\w*|fbf?\b|skatte(?:verk|mynd|kont)\w*|skv\b)"
_MARK = "|".join(
    (
        rf"sekr(?:ett?es\w*|-?m[aä]?rk\w*|skydd\w*)?\b{_TAIL}",
        r"sekr?[.\s\-]{0,2}(?:m[aä]rk\w*|skydd\w*)|sekrm\b\.?|sekt(?:ret|r)?ess\w*",
        rf"(?:id|identitets?|person|adress?|uppgifts?)-?s?skydd\w*|skydd(?:ade?|at|s?m[aä]rk\w*|sm)?\b{_TAIL}",
        rf"skyd(?:a\w)?\b{_TAIL}|skyd?d?\.?[\s.\-]{{1,2}}{_WHAT}",
        rf"skydd?(?:ade?|at|s)?{_TOGETHER}",
        r"spu\b|skfb\b|skid\b|(?<!enl )(?<!enl\. )(?<!enligt )(?<!kap )(?<!kap\. )sfb\b(?! \d{4}:)",
        r"(?<![\w,.]\s)s\.\s?i\.(?=\W*$|\s*[,;)])",  # alone or in brackets: after a name they are initials
        rf"(?:heml|hml|dol[dt]a?)\.?[\s.\-]{{0,2}}(?:{_WHAT}|tel\w*|vist\w*|bostad\w*)|hemlighåll\w*",
        rf"hemlig[at]?\b{_TAIL}",
        rf"sp[.\s\-]{{1,2}}m[aä]rk\w*|(?:spärr(?:ade?|m|m[aä]rk\w*)?|sparr(?:ade?|m[aä]rk\w*))\b{_TAIL}",
        r"sp(?:\[|\{|ã¤|„|\ufffd)rr\w*",  # as it looks where the letters of a list were taken for others
        r"kvarskr\w*\.?|kvar[\s\-]{1,2}skriv(?:en|na|ning\w*)\b",
        r"skpu\b|sk[.\s\-/]{1,3}(?:id|ident\w*|pu|folkb\w*|fbf?|adr\w*|boende|upp?g\w*)\b\.?",
        r"sk[.\s\-]{1,2}(?:pers|person(?:en)?|pers\.?\s?uppg\w*|personuppg\w*)\b\.?",
        rf"fingera(?:de?|t)\b{_TAIL}|fing\.?[\s.\-]{{1,2}}{_WHAT}",
        rf"ny ident(?:itet)?\b|by(?:tt|ter|te) identitet\w*|id(?:entitets)?-?byte\w*|maskera[dt]e?\s+{_WHAT}",
        rf"m[aä]rk(?:t|erat|erad|ering\w*)\s+(?:i|hos|av)\s+{_OFFICE}|{_OFFICE}[.\s\-]+(?:har\s)?m[aä]rk\w*",
        r"(?:vittnes|polis|livvakts)skydd\w*|personsäkerhet\w*|skydds(?:program\w*|kod)\b|av säkerhetsskäl\b",
        r"(?:adr\w*|(?:person)?uppgift\w*|id\w*|person(?:en|er)?|namn\w*)\.?\s(?:ska(?:ll)?\s)?skyddas\b",
        rf"under hot(?:et)?\b|utsat\w* för hot\b|hotutsat\w*|(?:hot|på flykt) från {_WHO}",
        r"(?:mord|heders|livs)hota\w*",
        r"hotbild\w*|s[.\s\-]{1,2}m[aä]rk(?:t|ning\w*|ering\w*|erad\w*)\b",
        r"förfölj(?:d|s|da)\b|dödshot\w*|hota[ds]\b|(?:kontakt|besöks)förbud\w*",
        r"hot mot (?:klient|brukar|mor|mod|mamma|far|pappa|barn|kvinna|familj|sökande|den enskild)\w*",
        r"hot mot (?:henne|honom)\b",
        _LAW,
        r"(?:protected|secret|assumed|confidential)\b(?: (?:id\w*|person\w*|address|data|registration))?",
        r"do not disclose\b|hidden (?:identity|address)\b|witness protection\b|under threat\b",
        r"turvakiel\w*|(?:adr\w*\s)?hemmelig\w*(?:\sadr\w*)?|gradert\s\w+|kode [67]\b",
    )
)
_NOT_TOLD = (
    r"(?:ej|inte|aldrig)\s+(?:lämnas?\s+ut|(?:för\s+)?utlämna(?:s|nde)?|röjas?|uppges?)\b(?:\s+(?:adr\w*|upp?g\w*))?"
    r"|(?:lämnas?|utlämnas?|röjs?|uppges?)\s+(?:ej|inte|aldrig)\b(?:\s+ut\b)?(?:\s+(?:adr\w*|upp?g\w*))?"
    r"|(?:tala|berätta)\s+(?:ej|inte|aldrig)\s+(?:om\s+)?(?:adr|var|för)\w*|får\s+(?:ej|inte|aldrig)\s+veta\b"
    rf"|får\s+(?:ej|inte|aldrig)\s+lämnas\s+till\s+{_WHO}"
)
_PROTECTIVE = re.compile(rf"\b(?:{_MARK}|{_NOT_TOLD})", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\bsoc(?:ial)?[.\s]{0,2}sekr\w*|\bskyddat? arbet\w*|\bskyddad verkstad\w*"
    r"|\b(?:write|password)[\s\-]protected"
    r"|\b(?:till|behov av)\s+skydd\b|\bskydd (?:och|eller|för) \w+",
    re.IGNORECASE,
)
_NOT = "ej|inte|icke|inget|ingen|inga|utan|saknar|no|not"
_NEGATED = re.compile(
    rf"\b(?:{_NOT})\s+(?:{_MARK})(?!\s*\?)"
    rf"|\b(?:{_MARK})\s*[:=]?\s*\b(?:nej|n|ej|inget|ingen|saknas|no)\b\s*(?=$|[,.;)])",
    re.IGNORECASE,
)
_WITH_BRACKETS = re.compile(rf"\W*\b(?:(?:{_NOT})\s+)?(?:{_MARK}|{_NOT_TOLD})\W*", re.IGNORECASE)
# Typed wrongly: a letter left out, one too many, another or two swapped; of the longest words two such slips.
_MEANT = (
    *("sekretess", "sekretessmarkering", "sekretessmarkerad", "sekretessbelagd", "sekretesskyddad"),
    *("skyddad", "skyddade", "skyddat", "skyddsmarkering", "skyddsmarkerad"),
    *("spärrmarkering", "spärrmarkerad", "kvarskriven", "kvarskrivning"),
)
_WORDS_OF_THEIR_OWN = frozenset(("skydda", "skyddar", "skyddas", "skydden", "skyddet", "skyddande"))
_LONG = re.compile(r"[^\W\d_]{6,}")
_TWO_SLIPS_FROM = 17
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\s?(?=[^\W\d_])")
_MAY_BE_FAMILY = re.compile(
    r"(?:secret|confidential|protected|hidden|spärr|skyd|skydd|hotad),\s*[^\W\d_][\w\s.\-]*", re.IGNORECASE
)
_DOUBLE = re.compile(r"\W?[A-ZÅÄÖ][a-zåäö]+-[A-ZÅÄÖ]|[a-zåäö]-[A-ZÅÄÖ][a-zåäö]+\W*\w?")
_SPACED = re.compile(r"\b(?:[^\W\d_] ){5,}[^\W\d_]\b")
# Of a million rows nearly all hold nothing of this, and to look for these few letters is quick.
_PERHAPS = re.compile(
    r"s(?:ek[rmst. \-]|k(?:y[d. \-]|pu|id|fb|[. \-/])|fb|pu|\. ?i\.|p(?:ä|a|\[|\{|ã¤|„|\ufffd)rr| [kep] )"
    r"|kydd|h(?:emlig| e m l)"
    r"|kvarskr|folkb|p[.\s\-]{1,2}m[aä]rk|skatte[^\n]*m[aä]rk|7:1[5a]|7 ?kap|§ ?fol|fol 1|r hot|hotu|t från"
    r"|id-?byte|identitet|nsäkerhet|säkerhetsskäl|tala |berätta |veta|turvak|hemmelig|gradert|kode |hidden"
    r"|witness|threat|fing|lämna|röj|uppge|ny id|protected|secret|assumed|confidential"
    r"|h(?:ot[abm ]|e?ml)|dol[dt]|ödshot|förfölj|förbud|2[12] ?(?:kap|:)|disclose"
    r"|s[.\s\-]{1,2}m[aä]rk|etess|essma|m[aä]rker|kering|kerad|belag|ddad|ddat|kvar[sk]|riven|rivning"
)
_ABOUT_THE_PAPER = re.compile(
    rf"\bsekretess(?:en|belagd\w*)?\b(?![\s\-]*(?:mark|skydd))|\b(?:{_LAW})"
    r"|\b(?:confidential|secret)\b(?! (?:id|person|address|data|reg))",
    re.IGNORECASE,
)

_KEPT_APART = re.compile(
    r"\bförs(?:egl\w*|\.?\s?(?:kuvert|omsl))|\b(?:slut(?:et|na)|igenklistra\w+)\s+kuvert|\bplomb(?:era\w*|\.\s?kuvert)"
    r"|\b(?:kassa|säkerhets|värde)skåp|\b(?:säkerhets|bank)(?:fack|box)|\blåsta? skåp|\binlåst"
    r"|\b(?:endast|bara|hos)\s+(?:enhets)?chef(?:en)?\b"
    r"|\bröda? mapp(?:en)?\b|\bsärskild förvaring|\bförvaras särskilt",
    re.IGNORECASE,
)
_PERHAPS_APART = (
    *("förs", "kuvert", "plomb", "kassask", "säkerhetssk", "värdesk", "säkerhetsf", "säkerhetsb", "bankf"),
    *("bankb", "låst", "chef", "mapp", "särskil"),
)
_BARE_PARAGRAPH = re.compile(r"\s*(?:enl(?:\.|igt)?\s+)?21:3\s?a?\s*", re.IGNORECASE)


def perhaps_protective(text: str) -> bool:
    """Tell whether a text may hold words of protection; quick, for a whole row at once."""
    return bool(_PERHAPS.search(text.casefold()))


def protective_words(text: str) -> bool:
    """Tell whether words in a text say that a person's data are protected."""
    return perhaps_protective(text) and _said(one_form(text))


def protective_title(text: str) -> bool:
    """Tell whether a title says that all below it are protected; that the paper is secret says nothing."""
    return perhaps_protective(text) and _said(_ABOUT_THE_PAPER.sub(" ", one_form(text)))


def kept_apart(text: str) -> bool:
    """Tell whether a text says that something is kept where few come: perhaps since somebody is protected."""
    low = text.casefold()
    return any(map(low.__contains__, _PERHAPS_APART)) and bool(_KEPT_APART.search(one_form(text)))


def names_paragraph(text: str) -> bool:
    """Tell whether a text is 21:3 and no more: the paragraph on those who are threatened, or a shelf."""
    return bool(_BARE_PARAGRAPH.fullmatch(text))


def without_protection(text: str) -> str:
    """Return the text without its words of protection, and without the brackets they stood in.

    What may be a name stays: the half of a double name, or all that stands before a comma.
    """
    text = one_form(text)
    if _MAY_BE_FAMILY.fullmatch(text):
        return clean(text)
    return clean(_WITH_BRACKETS.sub(lambda mark: mark[0] if _is_half(mark) else " ", _as_meant(text)))


def _is_half(mark: re.Match[str]) -> bool:
    """Tell whether a mark is the half of a double name, as in `Spärr-Andersson`."""
    around = mark.string[max(mark.start() - 1, 0) : mark.end() + 1]
    return bool(_DOUBLE.fullmatch(around))


def _said(text: str) -> bool:
    if " " in text:
        text = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), text)
    return _says(text) or ("-" in text and _says(_HYPHEN.sub("", text)))


def _says(text: str) -> bool:
    return bool(_PROTECTIVE.search(_NEGATED.sub(" ", _OTHERWISE.sub(" ", _as_meant(text)))))


def _as_meant(text: str) -> str:
    """Write the words that are nearly marks as those marks."""
    return _LONG.sub(lambda found: _meant(found[0].casefold()) or found[0], text)


@lru_cache(maxsize=65_536)
def _meant(word: str) -> str:
    if word in _WORDS_OF_THEIR_OWN:
        return ""
    slips = {one: OSA.distance(word, one, score_cutoff=2) for one in _MEANT}
    near = [one for one in _MEANT if slips[one] <= 1 + (len(one) >= _TWO_SLIPS_FROM)]
    return min(near, key=lambda one: slips[one], default="")
