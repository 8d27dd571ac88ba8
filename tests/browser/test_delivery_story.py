"""A delivery of 90 or 300 files from plan to receipt in a browser, with all that can be wrong in it."""

import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.files import files
from archive.integrity import checks
from archive.kernel.clock import Clock, local_date
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, Place
from archive.vocabulary import LabelReason, Role
from labels.commands import COMMANDS
from tests.browser.hands import Hand, hired
from tests.browser.town import ADDRESS, Faults, Share, Town, a_town
from tests.builders import MONDAY_MORNING, RunningClock
from tests.labels.paper import decode, rasterise

PACKED, RECEIVED = "Packad", "Mottagen"


@pytest.fixture
def clock() -> Clock:
    """Let time pass: a scan tells how long it has waited."""
    return RunningClock()


@pytest.fixture(params=[12, pytest.param(50, marks=pytest.mark.thorough)])
def town(archive: Archive, tmp_path: Path, request: pytest.FixtureRequest) -> Town:
    """Give the two rooms, and everybody who works there."""
    return a_town(archive, tmp_path, request.param)


@pytest.fixture
def hands(browser: Browser, served: str, town: Town, tmp_path: Path) -> Iterator[list[Hand]]:
    """Give the archivist, the assistant and a room keeper a screen each, and two who may open envelopes."""
    logins = [Role.ARCHIVIST.value, Role.ASSISTANT.value, Role.ROOM_KEEPER.value, *town.keepers]
    with hired(browser, served, tmp_path / "shots", logins) as people:
        yield people


def references(archive: Archive, *codes: str) -> list[str]:
    """Return the references of files by code."""
    with archive.read(operator("tests")) as work:
        return [files.by_code(work, code).reference for code in codes]


def test_a_delivery_with_every_fault_is_driven_from_plan_to_receipt_and_each_is_named(
    hands: list[Hand], town: Town, archive: Archive, tmp_path: Path
) -> None:
    archivist, assistant, keeper, *cleared = hands
    planned(archivist, town)
    faults = with_faults(archive, town)
    packed(town, assistant, keeper, faults)
    dispatched(town, assistant, keeper)
    received(town, archivist, faults)
    explained(town, archivist, faults)
    checked(town, archivist, cleared, faults, archive)
    shelved_and_closed(town, archivist, faults)
    on_paper(town, archivist, faults, archive, tmp_path)
    with archive.read(operator("tests")) as work:
        assert checks.everything(work) == []


# 1. Plan


def planned(archivist: Hand, town: Town) -> None:
    """Plan the delivery, and let both rooms list what they are to send."""
    archivist.go("/deliveries/")
    archivist.page.get_by_text("Planera en leverans").click()
    archivist.page.fill("#day", (local_date(MONDAY_MORNING) + timedelta(days=3)).isoformat())
    archivist.page.fill("#capacity", "6")
    archivist.page.fill("#crate_files", str(town.per_crate))
    archivist.press("Planera")
    archivist.sees("Planerad. Lägg till vem som skickar med den.")
    archivist.shot("planned")
    town.delivery = int(archivist.page.url.rsplit("/", 1)[1])
    for share in town.shares:
        archivist.go(f"/deliveries/{town.delivery}")
        archivist.page.get_by_label("Lokal", exact=True).select_option(label=f"{ADDRESS} / {share.room}")
        archivist.page.get_by_label("Hur många akter som mest").fill(str(town.each))
        archivist.press("Lägg till och gör lista")
        archivist.sees(f"{town.each} akter")
        share.number = int(archivist.page.url.rsplit("/", 1)[1])
        table = archivist.page.get_by_role("table", name="Plocklista, i hyllordning")
        expect(table.locator("tbody tr")).to_have_count(town.each)
        listed = [
            (code.replace(" ", ""), "kuvert" in row)
            for code, row in zip(
                table.locator(".ak-code").all_inner_texts(),
                table.locator("tbody tr").all_inner_texts(),
                strict=True,
            )
        ]
        share.codes = [code for code, _sealed in listed]
        share.open_codes = [code for code, sealed in listed if not sealed]
        archivist.shot(f"list-{share.room}")
        paper = text_of(archivist.fetched(f"/deliveries/senders/{share.number}/pick-list.pdf"))
        assert all(f"{code[:5]} {code[5:]}" in paper for code in share.codes)


def with_faults(archive: Archive, town: Town) -> Faults:
    """Choose what is wrong, and wear out a label before anybody packs."""
    first, second = town.shares
    with archive.write(operator("tests")) as work:
        room = work.session.scalars(select(Place).where(col(Place.name) == first.room)).one()
        listed = {files.by_code(work, code).id for code in first.codes}
        inside = select(CaseFile).join(Place, col(Place.id) == CaseFile.place_id)
        extra = next(
            file
            for file in work.session.scalars(inside.where(col(Place.path).startswith(f"{room.path}.")))
            if file.id not in listed and not file.protected
        )
        code = second.open_codes[4]
        file = files.by_code(work, code)
        label_codes.print_labels(work, [file], "permanent-70x37")
        label_codes.print_labels(work, [file], "permanent-70x37", LabelReason.DAMAGED)
        new = file.code
    for codes in (second.codes, second.open_codes):
        codes[codes.index(code)] = new
    return Faults(
        missing=first.open_codes[0],
        extra=extra.code,
        elsewhere=first.open_codes[1],
        relabelled=new,
        old_label=code,
        swapped=(first.open_codes[town.per_crate + 5], first.open_codes[town.per_crate + 6]),
        misregistered=second.open_codes[5],
    )


# 2 and 3. Pack and dispatch


def packed(town: Town, assistant: Hand, keeper: Hand, faults: Faults) -> None:
    """Let two people pack at once, one in each room."""
    packers = list(zip((assistant, keeper), town.shares, strict=True))
    for hand, share in packers:
        hand.go(f"/deliveries/senders/{share.number}")
        hand.follow("Packa")
        hand.shot(f"pack-{share.room}")
    for crate in range(3):
        for hand, share in packers:
            hand.board(share.crates[crate], "Packa i")
            begun = share.in_crate(crate)[:2]
            for code in begun:
                if code == faults.relabelled:
                    continue
                hand.board(code, PACKED)
            hand.begin_many(share.in_crate(crate)[2:])
        for hand, _share in packers:
            hand.end_many(town.per_crate)
    keeper.board(faults.old_label, "Makulerad etikett")
    keeper.shot("old-label-at-the-sender")
    keeper.board(town.shares[1].crates[0], "Packa i")
    keeper.board(faults.relabelled, "Redan packad")
    for hand, share in packers:
        for crate in range(3):
            number = f"{share.room[0]}{share.number}0{crate}"
            hand.page.get_by_label(f"Plombering på låda {crate + 1}").fill(number)
            with (
                hand.page.expect_navigation()
            ):  # else the answer about the crate before is taken for this one's
                hand.page.get_by_label(f"Plombering på låda {crate + 1}").press("Enter")
            hand.sees("Plomberingen är antecknad.")
            share.seals.append(number)
        hand.shot(f"sealed-{share.room}")


def dispatched(town: Town, assistant: Hand, keeper: Hand) -> None:
    """Let the crates leave with a driver and a note."""
    for hand, share in zip((assistant, keeper), town.shares, strict=True):
        hand.follow("Hela listan, lådor och avfärd")
        hand.press("Skicka lådorna")
        hand.refused("Skriv vem som kör")
        hand.page.get_by_label("Vem kör?").fill("Tage Danielsson")
        hand.press("Skicka lådorna")
        hand.sees("På väg. Skriv ut följesedeln.", "Tage Danielsson")
        hand.shot(f"dispatched-{share.room}")
        note = text_of(hand.fetched(f"/deliveries/senders/{share.number}/note.pdf"))
        for said in ("ansvaret oförändrat", "Tage Danielsson", *share.seals):
            assert said in note
        assert re.search(rf"Akter\s+{town.each}\b", note)


# 4. Receive


def received(town: Town, archivist: Hand, faults: Faults) -> None:
    """Let somebody who packed nothing receive, without being told what there should be."""
    archivist.go(f"/deliveries/{town.delivery}")
    archivist.follow("Ta emot lådor")
    for share in town.shares:
        for crate in range(3):
            archivist.board(share.crates[crate], "Framme")
            expect(archivist.page.locator("#beside")).to_contain_text("Är plomberingen hel?")
            open_crate = archivist.page.locator(".ak-crate", has_text="Är plomberingen hel?")
            assert str(town.per_crate) not in open_crate.inner_text()  # blind
            say_seal(archivist, share.seals[crate], whole=(share.room, crate) != ("Mellanarkiv", 0))
            unpacked(archivist, share, crate, faults)
            press_empty(archivist, share)
    archivist.shot("all-empty")
    for share in town.shares:
        archivist.go(f"/deliveries/senders/{share.number}")
        archivist.press("Kvittera", sure=True)
        archivist.sees("Kvitterat. Förklara det som skiljer.")
        archivist.shot(f"signed-{share.room}")


def say_seal(archivist: Hand, number: str, *, whole: bool) -> None:
    """Say what the seal of the one crate that stands open looks like."""
    form = archivist.page.locator("#beside form", has_text="Är plomberingen hel?")
    form.get_by_label("Ja" if whole else "Nej").check()
    form.get_by_label("Nummer på plomberingen").fill(number)
    with archivist.page.expect_navigation():
        form.get_by_role("button", name="Anteckna plomberingen").click()
    archivist.sees("Plomberingen är antecknad.")


def unpacked(archivist: Hand, share: Share, crate: int, faults: Faults) -> None:
    """Scan what really lies in a crate: the odd ones by hand, one after the other."""
    inside = [code for code in share.in_crate(crate) if code not in (faults.missing, faults.elsewhere)]
    odd = [(code, RECEIVED) for code in inside[:1]]
    if share.room == "Valvet" and crate == 0:
        odd.append((faults.extra, "Inte väntad"))
    if share.room == "Valvet" and crate == 1:
        odd += [(faults.elsewhere, "Inte väntad"), (faults.elsewhere, "Redan mottagen")]
    if faults.relabelled in inside:
        odd.append((faults.old_label, "Inte väntad"))
        inside.remove(faults.relabelled)
    for code, says in odd:
        archivist.board(code, says)
        if says == "Inte väntad":
            archivist.shot(f"odd-{share.room}")
    archivist.begin_many(inside[1:])
    came = len(inside) + sum(says == "Inte väntad" for _code, says in odd)
    expect(archivist.page.locator("#scan-count")).to_have_text("0", timeout=90_000)
    expect(archivist.page.locator("#beside")).to_contain_text(f"{came} akter mottagna hittills.")


def press_empty(archivist: Hand, share: Share) -> None:
    """Say that the crate is empty; only now the page tells how many were packed."""
    with archivist.page.expect_navigation():  # an earlier crate says the same already
        archivist.press("Lådan är tom", within=archivist.page.locator("#beside"), sure=True)
    archivist.sees(f"{share.per_crate} var packade.")


# 5. Reconcile


def explained(town: Town, archivist: Hand, faults: Faults) -> None:
    """Explain what differs, one after the other: the delivery refuses to close until the last."""
    answers = (
        (0, "Mottagen, inte packad", "packad utan att skannas"),
        (0, "I en annan låda", "lagd i fel låda"),
        (1, "Plomberingen bruten", "plomberingen lossnade, inget saknas"),
        (1, "Makulerad etikett", "ny etikett satt"),
    )
    left = 1 + len(answers)
    for number, kind, reason in answers:
        refuse_to_close(town, archivist, f"Skillnader som inte är förklarade ännu: {left}.")
        open_difference(archivist, town.shares[number], kind)
        archivist.page.get_by_label(reason).check()
        archivist.press("Förklara")
        archivist.sees("Förklarat.")
        left -= 1
    refuse_to_close(town, archivist, "Skillnader som inte är förklarade ännu: 1.")
    open_difference(archivist, town.shares[0], "Packad, inte mottagen")
    archivist.sees(f"{faults.missing[:5]} {faults.missing[5:]}")
    archivist.shot("difference-missing")
    archivist.press("Anmäl som misstänkt förlorad", sure=True)
    archivist.sees("Anmäld som misstänkt förlorad: ärende 1.")
    archivist.shot("differences-explained")
    refuse_to_close(town, archivist, f"Omslag som inte är kontrollerade ännu: {2 * town.each}.")


def open_difference(archivist: Hand, share: Share, kind: str) -> None:
    """Open the one difference of a kind of a sender, from the sender's list."""
    archivist.go(f"/deliveries/senders/{share.number}")
    row = archivist.page.locator("#differences tbody tr", has_text=kind.lower())
    expect(row).to_have_count(1)
    row.get_by_role("link", name="Förklara").click()
    expect(archivist.page.get_by_role("heading", level=1)).to_have_text(kind)


def refuse_to_close(town: Town, archivist: Hand, sentence: str) -> None:
    """Try to close, and be told what is left."""
    archivist.go(f"/deliveries/{town.delivery}")
    archivist.press("Avsluta")
    archivist.refused(sentence)
    archivist.shot("not-closed")


# 6 and 7. Check the covers


def checked(town: Town, archivist: Hand, cleared: list[Hand], faults: Faults, archive: Archive) -> None:
    """Check every cover: those with something wrong by keyboard, the envelopes by those who may."""
    corrected_register(archivist, faults.misregistered)
    for cover, inside in (faults.swapped, faults.swapped[::-1]):
        found_in_cover(archivist, cover, inside)
    refuse_to_close(town, archivist, f"Omslag som inte är kontrollerade ännu: {2 * town.each - 1}.")
    for cover in faults.swapped:
        put_right(archivist, cover)
    sealed = [code for share in town.shares for code in share.codes if code not in share.open_codes]
    odd = {faults.missing, *faults.swapped, faults.misregistered, *sealed}
    usual = [faults.extra, *(code for share in town.shares for code in share.codes if code not in odd)]
    both = (COMMANDS["cover_right"], COMMANDS["contents_right"])
    archivist.go("/covers/")
    archivist.desk([(code, command) for code in usual for command in both])
    assert len(sealed) > 0
    archivist.desk([(code, COMMANDS["seal_right"]) for code in sealed])
    refuse_to_close(town, archivist, f"Omslag som inte är kontrollerade ännu: {len(sealed)}.")
    for hand, commands in zip(cleared, (both, both[:1]), strict=True):
        hand.go("/covers/")
        hand.shot("envelopes")
        hand.desk([(code, one) for code in sealed for one in commands])
    refuse_to_close(town, archivist, f"Akter som står kvar i lådor: {2 * town.each}.")


def corrected_register(archivist: Hand, code: str) -> None:
    """Correct the register where the cover is right, then confirm by printed commands."""
    archivist.go("/covers/")
    archivist.scan(code)
    archivist.page.wait_for_url(f"**/covers/{code}")
    archivist.shot("cover")
    archivist.page.get_by_text("Omslaget är rätt, registret fel").click()
    archivist.page.get_by_label("Vad är fel i registret?").select_option(label="Avslutad")
    year = re.search(r"Avslutad\s+(\d{4})", archivist.page.locator("main").inner_text())
    assert year is not None
    archivist.page.get_by_label("Vad det står på omslaget").fill(f"{year[1]}-12-30")
    archivist.press("Rätta registret")
    archivist.sees("Registret är rättat.", f"{year[1]}-12-30", "fel i registret")
    archivist.shot("register-corrected")
    confirmed(archivist)


def confirmed(archivist: Hand) -> None:
    """Confirm the cover in hand with the printed commands."""
    archivist.scan(COMMANDS["cover_right"])
    expect(archivist.page.get_by_role("button", name="Ta tillbaka det senaste")).to_be_visible()
    archivist.scan(COMMANDS["contents_right"])
    archivist.page.wait_for_url("**/covers/")
    archivist.sees("Kontrollerat.")


def found_in_cover(archivist: Hand, cover: str, inside: str) -> None:
    """Open a cover and find a whole other file in it, known by its label."""
    archivist.go("/covers/")
    archivist.scan(cover)
    archivist.page.wait_for_url(f"**/covers/{cover}")
    archivist.page.get_by_text("En annan akt, eller papper ur en, ligger i omslaget").click()
    archivist.page.get_by_label("Vilken akt är det?").focus()
    archivist.scan(inside)
    expect(archivist.page.get_by_label("Vilken akt är det?")).to_have_value(inside)
    archivist.press("Anteckna, och ställ båda åt sidan")
    archivist.sees("Ställ båda omslagen åt sidan", "ställd åt sidan", "felinlagd akt")
    archivist.shot("set-aside")


def put_right(archivist: Hand, cover: str) -> None:
    """Put the right content back into a cover, say so, and check it."""
    archivist.go(f"/covers/{cover}")
    archivist.scan(COMMANDS["contents_right"])  # not yet
    archivist.refused("ställd åt sidan")
    archivist.page.locator("main a[href*='/covers/findings/']").click()
    archivist.press("Den är åtgärdad")
    archivist.sees("Antecknat som åtgärdat.")
    archivist.go("/covers/")
    archivist.scan(cover)
    archivist.page.wait_for_url(f"**/covers/{cover}")
    confirmed(archivist)


# 8. Close


def shelved_and_closed(town: Town, archivist: Hand, faults: Faults) -> None:
    """Scan every file to its shelf, and close."""
    archivist.follow("Skanna akter till hyllan")
    archivist.board(town.shelf, "Ställ akter på")
    came = [faults.extra, *(code for share in town.shares for code in share.codes if code != faults.missing)]
    archivist.begin_many(came)
    archivist.end_many(len(came))
    archivist.shot("shelved")
    archivist.go(f"/deliveries/{town.delivery}")
    archivist.press("Avsluta")
    archivist.sees("Avslutad. Kvittona är slutgiltiga.")
    archivist.shot("closed")


def on_paper(town: Town, archivist: Hand, faults: Faults, archive: Archive, folder: Path) -> None:
    """Read both receipts as the senders do: words and symbol."""
    for share, sentences in zip(town.shares, what_receipts_say(town.each, faults, archive), strict=True):
        pdf = archivist.fetched(f"/deliveries/senders/{share.number}/receipt.pdf")
        paper = " ".join(text_of(pdf).split())
        assert "Preliminärt" not in paper
        for sentence in sentences:
            assert sentence in paper, sentence
        assert f"/deliveries/senders/{share.number}" in decode(rasterise(pdf, folder, 150))[0]
        archivist.go(f"/deliveries/senders/{share.number}")
        archivist.shot(f"receipt-{share.room}")


def what_receipts_say(each: int, faults: Faults, archive: Archive) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what must stand on the receipts of the two senders."""
    missing, extra, elsewhere, relabelled, one, other, misregistered = references(
        archive,
        *(faults.missing, faults.extra, faults.elsewhere, faults.relabelled),
        *(*faults.swapped, faults.misregistered),
    )
    crossed = f"{elsewhere} {faults.elsewhere[:5]} {faults.elsewhere[5:]} 1 / 2"
    return (
        (
            f"Packade akter {each} Av dem inte på listan 0 Mottagna akter {each}",
            *(f"packad, inte mottagen {missing}", "misstänkt förlorad ärende 1"),
            *(f"mottagen, inte packad {extra}", "packad utan att skannas"),
            f"i en annan låda {crossed} lagd i fel låda",
            *(f"felinlagd akt Ingen annan akt inuti {one}", f"i omslaget låg {other}"),
            *(f"felinlagd akt Ingen annan akt inuti {other}", f"i omslaget låg {one}", "åtgärdad"),
        ),
        (
            "plomberingen bruten – 1 plomberingen lossnade, inget saknas",
            *(f"makulerad etikett {relabelled}", "ny etikett satt"),
            *(f"fel i registret Öppnad, avslutad, sista anteckning {misregistered}", "åtgärdad"),
        ),
    )


def text_of(pdf: bytes) -> str:
    """Return the words of a paper in the order they were printed."""
    return subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
