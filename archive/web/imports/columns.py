"""The form by which somebody says what the columns of a list are; importing and comparing share it."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import request

from archive.files import files
from archive.imports import mappings, runs
from archive.imports.lists.meaning.dates import DATE_ORDERS
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping, day_of_list
from archive.imports.lists.meaning.names import NAME_ORDERS
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.preview import ListPreview
from archive.imports.rows.places import addresses
from archive.imports.understanding.doubts import doubts
from archive.imports.understanding.told import DROPPED, form
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import ImportRun
from archive.organisation import source_systems
from archive.vocabulary import ImportPurpose, Protection
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, _
from archive.web.files.forms import shown_kind
from archive.web.kit.access import archive, current_actor

IN_DOUBT = N_("Confirm that the list is read as it should be, or correct its columns.")
ORDERS = {
    "auto": N_("as the list shows"),
    "ymd": N_("year, month, day"),
    "dmy": N_("day, month, year"),
    "mdy": N_("month, day, year"),
    "given_first": N_("given name first"),
    "family_first": N_("family name first"),
}


def facts(run: ImportRun, seen: ListPreview) -> dict[str, Any]:
    """Return what the form shows: the columns with examples, and what is still to be said."""
    chosen = {(column.header, column.occurrence): column.field for column in seen.mapping.columns}
    named = set(chosen.values())
    return {
        "seen": seen,
        "unread_sheets": runs.unread(run),
        "understood": list(form(run)),
        "doubts": [one.say() for one in doubts(run, seen.mapping)],
        "confirmed": request.form.get("confirmed", ""),
        "sheets": _sheets(seen),
        "columns": [
            {
                "header": column.header,
                "occurrence": column.occurrence,
                "field": chosen.get((column.header, column.occurrence)),
                "registered": chosen.get((column.header, column.occurrence)) not in DROPPED,
                "samples": samples,
            }
            for column, samples in zip(seen.columns, seen.samples, strict=True)
        ],
        "mapping": seen.mapping,
        "fields": list(ListField),
        "orders": {
            "date": [{"value": one, "label": _(ORDERS[one])} for one in DATE_ORDERS],
            "name": [{"value": one, "label": _(ORDERS[one])} for one in NAME_ORDERS],
        },
        # What a column says need not be chosen for the whole list; what none says must be.
        "said_by_column": {
            "source": ListField.SOURCE_SYSTEM in named,
            "site": bool({ListField.SITE, ListField.PLACE} & named),
            "default_kind": ListField.KIND in named,
        },
        "asks_protection": seen.asks_protection,
        "no_header": "" if runs.has_header(run) else _(runs.NO_HEADER),
        "protection_said": request.form.get("unstated_protection", run.options.get("protection", "")),
        "save_as": request.form.get("save_as", ""),
    }


def _sheets(seen: ListPreview) -> list[dict[str, str]]:
    """Return the sheets of a workbook to choose from; all of them are read as one list."""
    if len(seen.sheets) < 2:
        return []
    every = {"value": ALL_SHEETS, "label": _("Every sheet that looks like the list")}
    return [*({"value": name, "label": name} for name in seen.sheets), every]


def choices(work: Work) -> dict[str, Any]:
    """Return what can hold for a whole list: systems, kinds of files, open addresses."""
    named = {
        kind.code: shown_kind(kind)
        for kind in sorted(files.kinds(work), key=lambda kind: swedish(shown_kind(kind)))
    }
    return {
        "kinds": [{"value": code, "label": name} for code, name in named.items()],
        "names_of_kinds": named,
        "sources": [{"value": source.code, "label": source.name} for source in source_systems.in_use(work)],
        "sites": addresses(work),
    }


def answered(run: ImportRun, mapping: Mapping) -> tuple[str | None, bool]:
    """Keep what the form says of the columns; return what to say, and whether the list is being read now.

    The button pressed decides: look again, save the choice under a name, or have the list read.
    """
    actor, go = current_actor(), request.form.get("go")
    sheet = request.form.get("sheet", "")
    if sheet and sheet != (runs.mapping_of(run).sheet or runs.shape_of(run).sheet):
        runs.turn_to_sheet(archive, actor, run.id, sheet)
        return None, False
    with archive.write(actor) as work:
        run = runs.get(work, run.id)
        runs.choose(work, run, mapping)
        runs.note_unstated(run, request.form.get("unstated_protection", ""))
        if go == "save":
            mappings.save(work, request.form.get("save_as", ""), mapping)
        elif go == "check":
            if run.purpose is ImportPurpose.REGISTER:
                _refuse_unsaid_protection(mapping)
            if doubts(run) and not request.form.get("confirmed"):
                raise Invalid("reading_in_doubt", IN_DOUBT, field="confirmed")
            runs.stage(work, run)
    return _("The choice of columns is saved.") if go == "save" else None, go == "check"


def _refuse_unsaid_protection(mapping: Mapping) -> None:
    """A list without a column for it may hold protected persons: somebody has to say that it does not."""
    stated = any(column.field is ListField.PROTECTION for column in mapping.columns)
    if not stated and Protection.read(request.form.get("unstated_protection")) is None:
        raise Invalid(
            "protection_unsaid",
            N_("Say whether the list may hold persons with protected data."),
            field="unstated_protection",
        )


def said(mapping: Mapping) -> Mapping:
    """Return a mapping as the form corrects it; raises Invalid for a day that is none."""
    form = request.form
    columns = []
    for number in range(form.get("columns", 0, type=int)):
        meaning = ListField.read(form.get(f"field{number}"))
        if meaning is not None:
            header, occurrence = form.get(f"header{number}", ""), form.get(f"occurrence{number}", 1, type=int)
            columns.append(MappedColumn(header, meaning, occurrence))
    words, codes = form.getlist("kind_word"), form.getlist("kind_code")
    told = {word: code for word, code in zip(words, codes, strict=False) if code}
    date_order, name_order = form.get("date_order", "auto"), form.get("name_order", "auto")
    return replace(
        mapping,
        columns=tuple(columns),
        source=form.get("source", ""),
        site=form.get("site", ""),
        default_kind=form.get("default_kind", ""),
        kinds={**mapping.kinds, **told},
        date_order=date_order if date_order in DATE_ORDERS else "auto",
        name_order=name_order if name_order in NAME_ORDERS else "auto",
        list_date=_day(form.get("list_date", "")),
        unstated_protection=Protection.read(form.get("unstated_protection")) or Protection.UNKNOWN,
        sheet=form.get("sheet", mapping.sheet),
    )


def _day(text: str) -> date | None:
    return day_of_list(text.strip(), local_date(archive.clock())) if text.strip() else None
