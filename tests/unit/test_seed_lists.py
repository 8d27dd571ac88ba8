"""The six lists of the demo: each in its own form, with the slips the truth says, and nothing else."""

import csv
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from archive.kernel.partial_date import PartialDate
from archive.rules.identity import Written, read
from seed.demo.lists import FORMS, rows
from seed.demo.population import DEMO_DAY
from seed.demo.world import World
from seed.demo.write import write_lists
from seed.numbers import in_series

TODAY = date(2026, 11, 21)
OLD = ("hamnfogdegatan", "tegelbruksvagen", "kvarnholmsgatan", "ribbingsgatan", "pildammsgrand")
NUMBER_COLUMN = dict(zip((*OLD, "central"), (3, 2, 4, 1, 2, 5), strict=True))
REFERENCE_AND_PART = {
    "hamnfogdegatan": (0, 1), "tegelbruksvagen": (0, 4), "kvarnholmsgatan": (0, 1), "ribbingsgatan": (0, 8),
    "pildammsgrand": (0, 8), "central": (0, 2),
}  # fmt: skip
DIALECTS = {
    "semicolon": (";", "cp1252"), "comma": (",", "utf-8-sig"), "tab": ("\t", "utf-8"),
    "semicolon_utf8": (";", "utf-8-sig"),
}  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return World(2500, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lists")


@pytest.fixture(scope="module")
def truth(world, folder):
    return write_lists(world, folder, seed=3)


@pytest.fixture(scope="module")
def records(truth, folder):
    """Read every list as it stands in its file: a list of records."""
    return {form.name: list(_records(folder / form.file_name, form.writer)) for form in FORMS}


def _records(path, writer):
    if writer == "xlsx":
        sheet = load_workbook(path).active
        yield from ([cell.value for cell in row] for row in sheet.iter_rows())
    else:
        separator, encoding = DIALECTS[writer]
        with path.open(encoding=encoding, newline="") as source:
            yield from csv.reader(source, delimiter=separator)


def form(name):
    return next(one for one in FORMS if one.name == name)


def below_the_header(truth, records, name):
    return records[name][truth.list_named(name).header_row :]


def filled(record):
    return any(cell not in (None, "") for cell in record)


@pytest.mark.parametrize("name", [form.name for form in FORMS])
def test_the_header_stands_where_the_truth_says_and_the_rows_are_as_many(truth, records, name):
    told = truth.list_named(name)
    assert [cell for cell in records[name][told.header_row - 1] if cell] == list(form(name).headers)
    content = below_the_header(truth, records, name)
    assert sum(map(filled, content)) == told.rows
    assert told.rows == (told.files + told.repeated + told.retyped + told.elsewhere + len(told.not_files))


@pytest.mark.parametrize("name", [form.name for form in FORMS])
def test_the_covers_counted_in_the_file_are_those_of_the_truth(truth, records, name):
    told = truth.list_named(name)
    reference, part = REFERENCE_AND_PART[name]
    skipped = {number - 1 for number in told.not_files}
    named = Counter(
        (record[reference], str(record[part] or 1))
        for number, record in enumerate(records[name])
        if number >= told.header_row and number not in skipped and filled(record)
    )
    assert len(named) == told.files + told.retyped + told.elsewhere
    assert sum(named.values()) - len(named) == told.repeated


def test_rows_that_are_no_covers_are_sums_and_headings(truth, records):
    for name in OLD:
        for number in truth.list_named(name).not_files:
            first = records[name][number - 1][0]
            assert first.startswith("Summa ") or first == form(name).headers[0]


@pytest.mark.parametrize("name", [form.name for form in FORMS])
def test_the_quality_of_every_number_is_what_the_truth_says(world, truth, name):
    seen = Counter()
    for row in rows(world, form(name), seed=3):
        text = row.cells[NUMBER_COLUMN[name]] if row.file is not None else None
        if text is None:
            continue  # no cover, or merged with the row above
        born = _stated_birth_date(name, row.cells)
        identity = read(str(text), today=TODAY, born=born, written=Written.by_dates(listed=DEMO_DAY))
        quality = identity.quality
        expected = {slip for slip in row.slips if slip.startswith("number_")} - {"number_transposed"}
        found = f"number_{'missing' if text == '' else quality.value}"
        assert expected == ({found} if found != "number_sound" else set()), text
        assert expected or identity.number == world.file(row.file).subject.number
        seen[found] += 1
    assert seen["number_sound"] > 0


def _stated_birth_date(name, cells):
    if name != "ribbingsgatan" or not cells[2]:
        return None
    return PartialDate(int(cells[2][:4]), int(cells[2][4:6]), int(cells[2][6:]))


def test_a_birth_date_beside_the_number_that_carries_another_day_is_told():
    differ = [row for row in rows(World(20_000), form("ribbingsgatan")) if "birth_dates_differ" in row.slips]
    assert differ
    for row in differ:
        born = _stated_birth_date("ribbingsgatan", row.cells)
        assert read(row.cells[1], today=TODAY).number[-6:-4] != f"{born.day:02d}"
        assert read(row.cells[1], today=TODAY, born=born).birth_date is None


def test_every_kind_of_slip_occurs(truth):
    slips = {slip for told in truth.lists for slip in told.slips} - {"birth_dates_differ"}
    assert slips == {
        "number_missing", "number_no_check_digit", "number_unreadable", "number_wrong_check_digit",
        "number_no_century", "number_transposed", "date_missing", "date_unreadable", "date_year_only",
        "kind_unknown", "protected",
    }  # fmt: skip


def test_no_number_anywhere_lies_outside_the_series(truth, folder):
    for path in folder.iterdir():
        if path.suffix != ".xlsx":
            text = path.read_bytes().decode("cp1252" if path.name.startswith("2") else "utf-8")
            found = re.findall(r"\b(?:18|19|20)?(\d{6}) ?[-+–]? ?(\d{4})\b(?![-/])", text)
            assert found or path.suffix == ".json"
            for birth, tail in found:
                transposed = tail[1] + tail[0] + tail[2:]
                assert in_series(f"19{birth}{tail}") or in_series(f"19{birth}{transposed}"), (birth, tail)


def test_how_the_lists_overlap_adds_up(world, truth):
    assert truth.covers == len(world)
    assert truth.covers == truth.moved + truth.never_received + truth.still_there + truth.on_no_old_list
    old = sum(truth.list_named(name).files for name in OLD)
    assert old == truth.moved + truth.never_received + truth.still_there
    assert truth.list_named("central").files == truth.moved + truth.on_no_old_list
    assert 0 < truth.moved_from_rooms_in_use < truth.moved
    assert truth.never_received > 0
    assert 0 < truth.checked_before < truth.list_named("central").files
    assert all(truth.list_named(name).retyped or truth.list_named(name).repeated for name in OLD)
    assert sum(truth.list_named(name).elsewhere for name in OLD) > 0


def test_a_mistyped_reference_is_that_of_no_other_file(world):
    real = {file.reference for file in world.files()}
    retyped = [row for form in FORMS for row in rows(world, form, seed=3) if row.again == "retyped"]
    assert retyped
    assert not real & {row.cells[0] for row in retyped}


def test_a_cover_noted_at_two_addresses_bears_a_number_of_the_same_system(world):
    for one in FORMS[1:5]:
        site = world.city.sites[one.site]
        for row in rows(world, one, seed=3):
            if row.again == "elsewhere":
                assert world.file(row.file).source == site.source
                assert world.file(row.file).old.site != site.name


def test_the_first_workbook_has_two_titles_merged_and_persons_merged_over_their_parts(folder, truth):
    sheet = load_workbook(folder / form("hamnfogdegatan").file_name).active
    merged = [str(reached) for reached in sheet.merged_cells.ranges]
    assert {"A1:N1", "A2:N2"} <= set(merged)
    down = [reached for reached in sheet.merged_cells.ranges if reached.min_row > 3]
    assert {(reached.min_col, reached.max_col) for reached in down} == {(4, 4), (5, 5), (6, 6), (14, 14)}
    for reached in down:
        parts = [sheet.cell(row, 2).value for row in range(reached.min_row, reached.max_row + 1)]
        assert parts == list(range(1, len(parts) + 1))
        assert sheet.cell(reached.min_row, 3).value == len(parts)
    assert isinstance(sheet.cell(4, 7).value, (datetime, int))
    texts = [sheet.cell(row, 9).value for row in range(4, sheet.max_row)]
    assert any(isinstance(text, str) and re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text) for text in texts)


def test_the_second_list_is_windows_text_with_decimal_commas_parts_in_words_and_dates_with_a_slash(
    folder, truth
):
    raw = (folder / form("tegelbruksvagen").file_name).read_bytes()
    assert "Hadžić".encode() not in raw
    text = raw.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert ";0,04;" in text
    assert re.search(r";del 2 av \d;", text)
    assert re.search(r";\d{1,2}/\d{1,2} \d{4};", text)
    assert re.search(r";\d{6}\+\d{4};", text)
    assert re.search(r";\d{6}-\d{4};", text)


def test_the_third_list_has_a_byte_order_mark_and_line_breaks_within_quotes(folder, truth, records):
    assert (folder / form("kvarnholmsgatan").file_name).read_bytes().startswith(b"\xef\xbb\xbf")
    assert any("\n" in cell for record in records["kvarnholmsgatan"] for cell in record)
    assert any("\u00a0" in record[4] for record in records["kvarnholmsgatan"][1:])


def test_the_fourth_list_is_tab_separated_with_short_dates_and_ten_digits(truth, records):
    content = [record for record in below_the_header(truth, records, "ribbingsgatan") if record[1]]
    assert sum(bool(re.fullmatch(r"\d{10}", record[1])) for record in content) > 0.8 * len(content)
    assert sum(bool(re.fullmatch(r"\d{6}", record[5])) for record in content) > 0.9 * len(content)
    assert {bool(record[2]) for record in content} == {True, False}


def test_the_fifth_list_has_serial_dates_and_says_nothing_of_protection(truth, records):
    content = [record for record in below_the_header(truth, records, "pildammsgrand") if record[1]]
    assert sum(isinstance(record[5], int) and record[5] > 20_000 for record in content) > 0.9 * len(content)
    assert any(isinstance(record[2], int) for record in content)
    assert not any(
        header.casefold().startswith(("skydd", "sekr")) for header in form("pildammsgrand").headers
    )
    assert "protected" not in truth.list_named("pildammsgrand").slips


def test_a_serial_is_the_day_excel_means(world):
    for row in rows(world, form("pildammsgrand"), seed=3):
        if row.file is not None and isinstance(row.cells[6], int) and row.cells[6] > 3000:
            assert date(1899, 12, 30) + timedelta(row.cells[6]) == world.file(row.file).closed


def test_the_central_list_says_what_was_checked_before_the_system(truth, records):
    checked = [record for record in below_the_header(truth, records, "central") if record[19]]
    assert len(checked) == truth.checked_before
    assert all(record[20] for record in checked)


def test_closed_cases_without_paper_waiting_and_unknown_are_as_the_truth_says(world, truth, records, folder):
    with (folder / "7 Avslutade ärenden.csv").open(encoding="utf-8-sig", newline="") as source:
        listed = list(csv.DictReader(source, delimiter=";"))
    cases = truth.cases
    assert len(listed) == cases.rows == cases.with_paper + cases.without_paper + len(cases.waiting)
    on_paper = {(file.source, file.reference) for file in world.files() if file.source in ("PROVA", "LINJE")}
    told = {(one["System"], one["Ärendenummer"]) for one in listed}
    assert len(told & on_paper) == cases.with_paper
    assert len(on_paper - told) == cases.unknown_there > 0
    assert len(told - on_paper) == cases.without_paper + len(cases.waiting)
    assert cases.without_paper > 0
    assert len(cases.waiting) == cases.overdue(0, TODAY) > cases.overdue(8, date(2025, 10, 31)) > 0


def test_the_truth_lies_beside_the_lists_as_json(truth, folder):
    stored = json.loads((folder / "sanning.json").read_text("utf-8"))
    assert stored == json.loads(json.dumps(truth.as_dict()))
    assert stored["lists"][0]["files"] == truth.list_named("hamnfogdegatan").files


def test_the_same_seed_writes_the_same_lists_and_another_seed_others(tmp_path):
    world = World(200)
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        write_lists(world, tmp_path / name, seed)
    for form in FORMS:
        one, same, other = (
            list(_records(tmp_path / name / form.file_name, form.writer)) for name in ("one", "same", "other")
        )
        assert one == same
        assert one != other


def test_a_world_of_one_cover_still_has_all_its_lists(tmp_path):
    truth = write_lists(World(1), tmp_path)
    assert len(list(tmp_path.iterdir())) == 8
    assert truth.covers == 1
