"""What a third collection found in old lists, gathered before the rule was widened for it.

Beside words that the rule did not know it holds their kin: the same word hyphenated, cut or turned round.
On the day it was gathered the rule knew 23 of the 102 marks and hid nobody for the 104 ordinary remarks.
"""

MARKS = (
    # parted at the end of a line, or hyphenated
    "Kvar-skriven", "kvar-skrivning", "kvar- skriven", "kvar skriven", "Skydds-markering", "skydds- märkt",
    "spärr-markerad", "Spärr-markering", "sekre-tess", "sekretess- markerad", "skydd-ad identitet",
    "skyddad iden-titet",
    # cut short
    "spärrm.", "spärrm", "Spärrm!", "sp.märkt", "skyddsm.", "skyddsmark.", "sekrmrk", "Skyd.", "skyd",
    "skyddad-", "sekr.m.",
    # the office that keeps the marks
    "markerad i folkbokföringen", "markering i folkbokföringen", "märkt i folkbokföringen",
    "folkbokf.markering", "markerad hos Skatteverket", "markering hos skattemyndigheten",
    "skattemyndigheten har markerat", "skyddskod 1",
    # the law
    "SekrL 7:15", "7:15 SekrL", "7 kap. 15 § SekrL", "SekrL 7 kap 15 §", "7:1a SekrL", "SekrL 7:1a",
    "7 kap 1a § sekretesslagen", "7 kap. 1 a § SekrL", "sekretesslagen 7:15", "16 § folkbokföringslagen",
    "16 § FOL", "17 a § folkbokföringslagen",
    # threatened
    "lever under hot", "lever under hotbild", "under hot", "utsatt för hot", "utsatta för hot", "hotutsatt",
    "hot från f.d. make", "hot från fadern", "hot från pappan", "hotbild mot modern", "mordhotad",
    "hot mot henne", "hedershotad", "har flytt, hemlig ort",
    "på flykt från mannen", "rymt från maken, hemlig ort",
    # what is protected, and by whom
    "vittnesskydd", "Vittnesskyddsprogram", "vittnesskyddad", "polisskydd", "livvaktsskydd", "personsäkerhet",
    "personsäkerhetsprogram", "skyddsprogram", "adress skyddas", "adressen skyddas",
    "uppgifterna skyddas", "identiteten skyddas", "personuppgifter skyddas", "ID-byte", "idbyte",
    "identitetsbyte", "bytt identitet", "har bytt identitet", "ny ident.", "nytt namn och personnr, hemligt",
    "namnbyte, hemligt", "maskerad identitet", "dold person", "dolda pers.uppg.",
    "okänd ort av säkerhetsskäl", "av säkerhetsskäl", "PU-skydd", "PU skyddade",
    # what may not be told
    "tala ej om adressen", "berätta ej var hon bor", "adr. får ej uppges",
    "fadern får ej veta", "pappan får inte veta adressen", "får ej lämnas till maken",
    # other languages
    "turvakielto", "adresse hemmelig", "hemmelig adresse", "gradert adresse", "kode 6", "kode 7",
    "hidden identity", "witness protection", "under threat",
)  # fmt: skip

ORDINARY = (
    "markerad i marginalen", "markering i pärmen", "markerad i listan", "markering hos arkivet",
    "folkbokföringen", "folkbokförd i Malmö", "utdrag ur folkbokföringen", "folkbokföringsadress",
    "Skatteverket", "beslut från Skatteverket", "SekrL 7:4", "SekrL", "SekrL 14 kap",
    "7:15", "hylla 7:15", "box 7:15", "7 kap 1 §", "7 kap. 1 § SoL", "16 §", "16 § LVU", "17 §", "FOL",
    "vittne", "vittnesmål", "vittnesattest", "vittne i rätten", "Vittneby", "polisanmälan", "polisen",
    "polisrapport", "hot", "hotfull", "hot mot tjänsteman", "hot om vräkning", "under hösten", "hotell",
    "hot om avstängning av el", "Skydebo", "Spärrman",
    "Spärrmo", "byte av handläggare", "byte av id-handling", "id-handling", "ID-kort", "idrott", "byte",
    "bytt handläggare", "bytt namn", "bytt namn till Ek", "namnbyte", "namnbyte 1998", "nytt namn",
    "ny adress", "ny id-handling", "skyddas mot fukt", "ska skyddas mot ljus", "skyddas av plast",
    "barnet skyddas enligt LVU", "adressändring", "adress saknas", "adresslista", "polis", "livvakt",
    "säkerhet", "säkerhetskopia", "säkerhetsbälte", "personal", "programmet", "maskeradbal", "maskin",
    "maskinskriven", "anonym anmälan", "anonym anmälare", "dolt fel", "okänd ort", "flyttad till okänd ort",
    "utflyttad okänd ort", "flytt", "på flykt", "flykting", "flyktingakt", "kod 6", "kod 7", "kode",
    "kvar", "kvar i lokalen", "kvar skrivbord", "kvar-", "Kvarnström", "kvar sedan 1998", "Sekre-Ek",
    "Berg-Skyddström", "fadern vet ej", "ej till arkivet", "fadern okänd", "pappan får besöka",
    "gizmo", "hemmel", "skattemyndigheten", "skattemyndigheten har meddelat", "särskild",
    "särskild förskrivning", "spm", "sp. 3",
)  # fmt: skip

ON_THE_SAFE_SIDE = ("Skydal", "sekretesslagen", "spärrade konton")
"""Hidden on that day already, though a reader who knows the office would know better."""
