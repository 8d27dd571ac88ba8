"""`aktspar find`: look a file up as the pages do; what is shown is recorded as a look of the operator."""

import json
from collections.abc import Sequence
from typing import Any

import click

from archive.access_log import access_log
from archive.commands import opened
from archive.files import lookup, masking
from archive.files.lookup import Hits
from archive.files.masking import Card
from archive.people import name_index
from archive.vocabulary.wording import _
from labels import codes


@click.command()
@click.argument("term", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 500), default=25, show_default=True, help="Files shown at most."
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def command(term: str | None, limit: int, as_json: bool) -> None:
    """Find files by code, reference, name or number.

    Leave TERM out to be asked for it: then no name or number stays in the history of the shell.
    """
    term = term or click.prompt(_("What do you know of the file?"), err=True)
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            hits = lookup.find(work, term, limit=limit)
            shown = masking.cards(work, hits.files)
        access_log.record(archive, actor, access_log.looked_for(hits.by.value, term, masking.subjects(shown)))
    if as_json:
        click.echo(json.dumps(_facts(hits, shown), ensure_ascii=False, indent=1))
        return
    if hits.read_as:
        names = [person.name for card in shown for person in card.persons]
        name = name_index.as_written(hits.read_as, term, names)
        click.echo(_("Nobody is registered with just that name. Did you mean %(name)s?", name=name), err=True)
    for card in shown:
        reference = " ".join(filter(None, (card.file.reference, card.part)))
        fields = [
            codes.grouped(card.file.code),
            reference,
            card.kind,
            card.name,
            card.place,
            card.file.status.label,
        ]
        if card.file.id in hits.asked:
            fields.append(_("The name is asked about on the worklist"))
        click.echo("\t".join(fields))
    if not shown:
        raise click.ClickException(_("Nothing was found by %(key)s", key=hits.by.label))
    if hits.next:
        click.echo(_("There are more. Raise --limit, or write more of it."), err=True)


def _facts(hits: Hits, shown: Sequence[Card]) -> dict[str, Any]:
    return {
        "by": hits.by.value,
        "read_as": list(hits.read_as),
        "more": hits.next is not None,
        "files": [
            {
                "code": card.file.code,
                "reference": card.file.reference,
                "part": card.file.part,
                "parts": card.file.parts,
                "kind": card.kind,
                "persons": [{"name": one.name, "number": one.number} for one in card.persons],
                "place": card.place,
                "status": card.file.status.value,
            }
            for card in shown
        ],
    }
