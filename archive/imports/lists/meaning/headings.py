"""Know the words that archives put above their columns, in Swedish and English, with their abbreviations."""

import re
import unicodedata
from functools import cache

from archive.imports.lists.meaning.fields import ListField

HEADINGS: dict[ListField, str] = {
    ListField.REFERENCE: """
        aktnummer, aktnr, akt nr, akt, akt id, aktid, akt beteckning, aktbeteckning, dnr, diarienummer,
        diarienr, dossier nr, dossiernummer, dossiénummer, dossiénr, dossnr, dossié, dossier,
        ärendenummer, ärendenr, ärende nr, ärende, ärende id, ärendeid, personaktsnummer, personaktnr,
        personakt, löpnr akt, referens, ref, ref nr, beteckning, reference, ref no, file number, file no,
        file, file id, case number, case no, case id, record number, aktref, akt referens, volymnr,
        arkivnummer, arkivnr, arkiv nr
    """,
    ListField.PART: """
        del, delnr, delnummer, del nr, volym, vol, voly, part, part no, volume, bd, band, aktdel, omslag
        nr, omslag
    """,
    ListField.PARTS: """
        delar, antal delar, av, av antal, antal, ant, ant delar, antal volymer, antal vol, volymer, antal
        omslag, totalt delar, tot delar, parts, number of parts, no of parts, of, antal akter, antal band
    """,
    ListField.PART_TEXT: """
        del x av y, del/av, del av antal, delar text, del i text, part of parts, omfång, omfattning,
        extent
    """,
    ListField.KIND: """
        akttyp, aktslag, typ, typ av akt, slag, art, kategori, ärendetyp, ärendeslag, verksamhet, insats,
        ärendekategori, kind, type, file type, case type, category, typkod, aktkod, akttypkod, kod,
        handlingstyp
    """,
    ListField.NUMBER: """
        personnummer, personnr, person nr, pnr, pers nr, persnr, p nr, pn, personnummer/samordningsnummer,
        person/samordningsnr, pnr/samnr, personid, person id, id nr, identitetsnummer, födelsenummer,
        födelsenr, samordningsnummer, samordningsnr, samnr, personal number, personal no, personal id,
        identity number, ssn, pin, personbeteckning, klientnr, klient pnr, födelsenummer pnr, födnr
    """,
    ListField.BIRTH_DATE: """
        födelsedatum, född, föd, födelsedag, födelsedat, föddatum, f datum, fdatum, f dat, födelsetid,
        födelseår, födelsedata, birth date, date of birth, birthdate, dob, born, föd dat, född år, föd år
    """,
    ListField.NAME: """
        namn, personnamn, klient, klientens namn, klientnamn, brukare, brukarens namn, den enskilde,
        enskild, huvudperson, person, name, full name, client, client name, subject, namn på klient,
        fullständigt namn, för och efternamn, förnamn och efternamn, efternamn förnamn, efternamn och
        förnamn, efternamn tilltalsnamn, registerledare, reg ledare, akt avser, avser, gäller, rubrik namn
    """,
    ListField.FAMILY_NAME: """
        efternamn, enamn, e namn, eftern, släktnamn, familjenamn, family name, last name, surname,
        lastname
    """,
    ListField.GIVEN_NAME: """
        förnamn, fnamn, f namn, förn, tilltalsnamn, given name, first name, firstname, given names
    """,
    ListField.CO_PERSONS: """
        medpersoner, medperson, medsökande, med sökande, medsök, övriga personer, övrig person, fler
        personer, andra personer, make/maka, make maka sambo, maka/make, maka, make, sambo, partner, barn,
        syskon, vårdnadshavare, anhörig, även, även avser, other persons, co persons, co applicant,
        spouse, children, hushåll, hushållsmedlemmar, övriga
    """,
    ListField.OPENED: """
        öppnad, öppnades, öppnat, öppnad datum, öppnat datum, startdatum, start, inlett, inledd,
        inledningsdatum, upplagd, upplagt, uppl dat, uppläggningsdatum, aktualiserad, aktualiseringsdatum,
        aktualiserat, ankom, from, fr o m, from datum, fr.o.m., fom, påbörjad, opened, open date, opening
        date, start date, date opened, från
    """,
    ListField.CLOSED: """
        avslutad, avslutat, avslutades, avslut, avsl, avsl dat, avsl datum, avslutsdatum,
        avslutningsdatum, avslutad datum, slutdatum, slut, stängd, stängt, stängdatum, till, tom, t o m,
        t.o.m., tom datum, avslutsår, avslutningsår, avsl år, slutår, avställd, avställningsår, avslutat
        år, closed, close date, closing date, date closed, end date, closed year, year closed, upphört,
        upphörde, datum avslut, nedlagd
    """,
    ListField.PERIOD: """
        period, år, årtal, tid, tidsperiod, tidsomfång, åren, aktens år, fr o m t o m, from tom, years,
        year, date range, från till, öppnad avslutad, aktiv period
    """,
    ListField.LAST_NOTE: """
        sista anteckning, senaste anteckning, sista ant, senaste ant, sista notering, senaste notering,
        sista journalanteckning, senaste journalanteckning, sista datum, sista anteckningsdatum, sista
        handling, datum sista anteckning, ant dat, sist antecknat, last note, last entry, last entry date,
        date of last note, sista ant dat, sista aktivitet, senaste händelse, sista händelse, sista ant
        datum, sen ant
    """,
    ListField.PLACE: """
        plats, placering, förvaring, förvaringsplats, förvaras, står, finns, hyllplacering, arkivplats,
        lagerplats, position i arkiv, plats i arkivet, place, location, storage, storage location, shelf
        location, signum, plac, uppställning, hyllsignum, hyllplats, förvar, arkivplacering
    """,
    ListField.SITE: """
        adress, arkivadress, gatuadress, byggnad, hus, fastighet, ort, kontor, arkiv, site, address,
        building, lokaladress
    """,
    ListField.ROOM: """
        rum, arkivrum, lokal, arkivlokal, rumsnr, rum nr, rumsnummer, närarkiv, källare, valv, room,
        archive room, vault
    """,
    ListField.RACK: """
        hyllsektion, sektion, sekt, ställ, stativ, ställage, skåp, fack, hyllrad, rad, kompaktus, rack,
        bay, section, hyllställ, gång, vagn
    """,
    ListField.SHELF: """
        hyllplan, hylla, hyll, hy, hyllnr, hylla nr, plan, våning i hylla, hyllnummer, shelf, shelf no,
        shelf number
    """,
    ListField.BOX: """
        arkivbox, box, boxnr, box nr, boxnummer, kartong, kart, kartongnr, kartong nr, låda, lådnr, låda
        nr, arkivlåda, ask, kapsel, pärm, förvaringsenhet, volym box, box no, box number, carton,
        container, arkivkartong, fe
    """,
    ListField.POSITION: """
        position, pos, ordning, ordningsnr, ordning i box, plats i box, nr i box, nr i kartong,
        ordningsnummer, löpnr i box, order, position in box
    """,
    ListField.UNIT: """
        enhet, avdelning, avd, sektion enhet, område, stadsdel, distrikt, ansvarig enhet, arbetsgrupp,
        grupp, team, unit, department, district, office, stadsområde, org, organisation, förvaltning, sdf,
        ägande enhet, arkivbildare, socialkontor
    """,
    ListField.PROTECTION: """
        skydd, skyddad, skyddad id, skyddad identitet, skyddade personuppgifter, skyddade uppgifter,
        sekretess, sekr, sekretessmarkering, sekretessmarkerad, sekretessmark, sekr mark, sekrmark,
        skyddskod, skyddsmarkering, skyddad folkbokföring, skyddad folkbokf, fingerad, fingerade
        personuppgifter, protection, protected, secrecy, secrecy marking, spärr, spärrmarkering, spärrad,
        su, skyddad adress, skyddsnivå, s, spu, skpu, sfb, sk id, skid, s märkt, hemlig, adresskydd,
        adressskydd, adress skydd, kvarskriven, kvar skriven, kvarskrivning, kvar skrivning
    """,
    ListField.PLACED_CHILD: """
        placerat barn, placerad, placerat, placering utanför hemmet, barn placerat, plac barn, familjehem,
        placerad utanför hemmet, placed child, placed, placering barn, hvb, familjehemsplacerad,
        placeringsärende, placerade barn
    """,
    ListField.ADOPTION: "adoption, adopt, adoptionsärende, adopterad, adopted, adoptionsakt",
    ListField.PARENTHOOD: """
        föräldraskap, faderskap, fad, faderskap föräldraskap, faderskap/föräldraskap, fadersk,
        faderskapsärende, parenthood, paternity
    """,
    ListField.CHILD_INVESTIGATION: """
        barnutredning, barnavårdsutredning, bbic, bu, utredning barn, barnutr, buf utredning, child
        investigation, utredning enligt 11:1, utredning 20 kap, utredning till skydd för barn,
        skyddsutredning
    """,
    ListField.CUSTODY_AGREEMENT: """
        vårdnadsavtal, avtal vårdnad, vårdnad boende umgänge, vbu, vårdnad/boende/umgänge, umgängesavtal,
        avtal om vårdnad, custody agreement, godkänt avtal, samarbetsavtal
    """,
    ListField.CHECKED_DATE: """
        kontrollerad, kontroll, kontr, kontrolldatum, kontr dat, kontr datum, omslag kontrollerat,
        omslagskontroll, omslagskontroll datum, omsl kontr, kontrollerat, kontrollerad datum, kontrollerad
        den, avprickad, avprickad datum, checked, check date, checked date, cover checked, kontrolldat,
        omslag kontr, kollad, genomgången, kontroll datum, ok datum
    """,
    ListField.CHECKED_BY: """
        sign, signatur, sgn, kontrollerad av, kontr av, kontroll av, kontrollant, avprickad av, signerad,
        signerat av, checked by, signature, initials, kontroll sign, kontr sign, kollad av,
        omslagskontroll sign, ok sign, kontroll signatur
    """,
    ListField.SOURCE_SYSTEM: """
        källsystem, system, verksamhetssystem, datasystem, ursprung, ursprungssystem, från system, source,
        source system, register, ur system, syst
    """,
    ListField.FREE_TEXT: """
        anmärkning, anm, anmärkningar, anteckning, anteckningar, notering, noteringar, not, övrigt,
        kommentar, komm, fritext, rubrik, titel, ärendemening, ärenderubrik, beskrivning, innehåll, orsak,
        avslutsorsak, problem, remark, remarks, comment, comments, note, notes, title, description,
        subject matter, avslutsanledning, info, upplysningar, övr
    """,
    ListField.IGNORED: """
        nr, löpnr, löpnummer, rad nr, radnr, id, #, no, row, row no, seq, handläggare, handl, utskrivet,
        utskriftsdatum, kön, ålder, gallras, gallringsår, gallring, gallras år, bevaras, registrerad av,
        reg av, reg datum, registrerad, ändrad, adress klient, telefon, tfn, case worker, age, sex,
        disposal year, mottagen, mottaget datum, ankomstdatum, leverans, leveransnr, leveransdatum,
        inlevererad, hyllmeter, kvitto
    """,
}

VAGUE_KINDS = frozenset(
    ("kod", "typ", "typkod", "slag", "art", "kategori", "verksamhet", "insats", "kind", "type", "category")
)
"""Headings of kinds of files that may as well stand above a status or anything else."""

HOUSEHOLD = frozenset(("hushåll", "hushållsmedlemmar"))
"""Headings of persons that name whom the file is about where no other column does."""

_PUNCTUATION = re.compile(r"[^\w#]+")


def plain(header: str) -> str:
    """Write a heading as it is compared: one case, no punctuation, single blanks."""
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", header).casefold().replace("_", " ")).strip()


def heading_of(header: str) -> str:
    """Write a heading plainly, without hyphenation, help in brackets or stray blanks where it is known so."""
    word = plain(header)
    if word in known_headings():
        return word
    for bare in (_HELP.sub(" ", header), header):
        joined = plain(_HYPHEN.sub("", bare))
        for variant in (plain(bare), joined, joined.replace(" ", "")):
            if variant in known_headings():
                return variant
    return word


_HYPHEN = re.compile(r"[-\u00ad\u2010]\s+")
_HELP = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]?|\{[^{}]*\}?")


@cache
def known_headings() -> dict[str, ListField]:
    """Return every known heading, written plainly, with its field."""
    return {plain(word): field for field, words in HEADINGS.items() for word in words.split(",")}


def is_heading(text: str) -> bool:
    """Tell whether a cell is a heading we know."""
    return len(text) <= _LONGEST and heading_of(text) in known_headings()


_LONGEST = 120
