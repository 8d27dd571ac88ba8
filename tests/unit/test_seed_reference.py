"""Kinds with their law, and the invented city: five old sites with 17 rooms, a central archive."""

import shutil
from datetime import date

import pytest

from archive.rules.retention import KindRule
from archive.vocabulary import OrderRule
from seed.demo.city import load
from seed.demo.city.load import FOLDER
from seed.reference import BadReference, kinds
from seed.reference.load import FOLDER as EVERY_CITY


@pytest.fixture
def folder(tmp_path):
    for path in (*FOLDER.glob("*.yaml"), *EVERY_CITY.glob("*.yaml")):
        shutil.copy(path, tmp_path)
    return tmp_path


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_five_sites_hold_17_rooms_and_three_of_them_are_emptied():
    sites = load().sites
    assert (len(sites), sum(len(site.rooms) for site in sites)) == (5, 17)
    assert sum(site.emptied is not None for site in sites) == 3
    assert {room.order for site in sites for room in site.rooms} == set(OrderRule)


def test_every_kind_has_a_letter_of_its_own_a_law_and_a_unit():
    reference = load()
    assert len({kind.letter for kind in reference.kinds}) == len(reference.kinds) == 15
    rules = {kind.code: kind.rule for kind in reference.kinds}
    assert rules["AD"] == KindRule("sol", frozenset({"adoption"}))
    assert rules["LS"] == KindRule("lss")
    assert {code for unit in reference.units for code in unit.kinds} == set(rules)


def test_a_source_system_writes_a_number_in_its_own_form():
    sources = {source.code: source for source in load().sources}
    assert sources["AKTA"].reference(1978, 123, "B") == "B 00123/78"
    assert sources["LINJE"].reference(2024, 7, "B") == "IFO-2024-000007"


def test_the_central_archive_grows_with_the_number_of_files():
    central = load().central
    assert central.racks_for(1) == 1
    full = central.shelves_per_rack * central.boxes_per_shelf * central.files_per_box
    assert (central.racks_for(full), central.racks_for(full + 1)) == (1, 2)


def test_an_emptied_site_has_the_day_and_one_in_use_has_none(folder):
    assert load(folder).sites[0].emptied == date(2024, 5, 31)
    assert load(folder).sites[-1].emptied is None


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("file_kinds.yaml", "code: DB", "code: EB", "same code stands twice: EB"),
        ("file_kinds.yaml", "letter: D", "letter: E", "same letter stands twice: E"),
        ("file_kinds.yaml", "letter: D", "letter: DB", "entry 2 needs a single code letter"),
        ("file_kinds.yaml", "also: [Dödsbo]", "also: [socialbidrag]", "same name stands twice: socialbidrag"),
        ("file_kinds.yaml", "rule: lss", "rule: plan", "no such statute: plan"),
        ("file_kinds.yaml", "sol:adoption", "sol:adopted", "no such flag: adopted"),
        ("file_kinds.yaml", "delicate: false", "delicate: maybe", "entry 1 needs delicate: bool"),
        ("file_kinds.yaml", "delicate: false", "delicat: false", "unknown field: delicat"),
        ("source_systems.yaml", "{number:07d}", "{numer:07d}", "bad form of reference"),
        ("units.yaml", "kinds: [LS]", "kinds: [VU]", "no unit keeps LS"),
        ("units.yaml", "kinds: [LS]", "kinds: [LS, XX]", "unknown kinds: XX"),
        ("sites.yaml", "source: PROVA", "source: PROVO", "unknown source system: PROVO"),
        ("sites.yaml", "order: name", "order: colour", "unknown order: colour"),
        ("sites.yaml", "share: 9", "share: 10", "add up to 100"),
        ("sites.yaml", "Källare K2", "Källare K1", "room at Hamnfogdegatan 22 stands twice"),
        ("sites.yaml", "2024-05-31", "maj", "entry 1 needs emptied: date"),
        ("central_archive.yaml", "files_per_box: 12", "files_per_box: 0", "at least 1"),
        ("central_archive.yaml", "name: Sege", "- Sege", "central_archive.yaml"),
    ],
)
def test_a_mistake_in_the_data_is_named_by_file_and_entry(folder, name, old, new, complaint):
    edit(folder, name, old, new)
    read = kinds if name == "file_kinds.yaml" else load
    with pytest.raises(BadReference, match=complaint):
        read(folder)


def test_a_missing_or_empty_file_is_named(folder):
    (folder / "units.yaml").write_text("", encoding="utf-8")
    with pytest.raises(BadReference, match=r"units\.yaml is no list"):
        load(folder)
    (folder / "units.yaml").unlink()
    with pytest.raises(BadReference, match=r"units\.yaml"):
        load(folder)
