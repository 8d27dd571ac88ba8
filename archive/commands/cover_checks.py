"""`aktspar covers`: what waits to be checked, and what checks found that is not put right."""

import json
from datetime import datetime

import click

from archive.access_log import access_log
from archive.commands import opened
from archive.cover_checks import checks, findings, serializers
from archive.files import masking
from archive.files.masking import Card
from archive.output.serializing import facts
from archive.vocabulary import CheckState, FindingState
from archive.vocabulary.wording import _
from labels import codes

_STATE = click.Choice([FindingState.FOUND, FindingState.HANDED_ON], case_sensitive=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
_limit = click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
_delivery = click.option("--delivery", type=int, help="Only of this delivery.")


@click.group()
def command() -> None:
    """List covers that wait to be checked and what checks found; say that a finding is put right."""


@command.command()
@_delivery
@_limit
@_json
def queue(delivery: int | None, limit: int, as_json: bool) -> None:
    """List what waits to be checked, as it was queued."""
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            rows = checks.waiting(work, delivery_id=delivery, limit=limit)
            shown = masking.cards(work, [row.file for row in rows])
            totals = checks.totals(work)
        access_log.record(archive, actor, access_log.at_list("covers", masking.subjects(shown)))
    listed = list(zip([row.check for row in rows], shown, strict=True))
    if as_json:
        told = [
            {
                **serializers.file(card, sealed=card.file.protected),
                **facts(check, "id", "status", "queued_at"),
            }
            for check, card in listed
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for check, card in listed:
        click.echo(f"{codes.grouped(card.file.code)}\t{_named(card)}\t{card.place}\t{check.status.label}")
    for state in CheckState:
        if count := totals.get(state, 0):
            click.echo(f"{count:>9}  {state.label}", err=True)


def _named(card: Card) -> str:
    if card.file.protected:
        return _("sealed envelope")
    return " ".join(filter(None, (card.file.reference, card.part)))


@command.command("findings")
@click.option("--state", type=_STATE, help="Only in this state.")
@_delivery
@_limit
@_json
def findings_(state: FindingState | None, delivery: int | None, limit: int, as_json: bool) -> None:
    """List what checks found that is not put right, oldest first."""
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            rows = findings.listed(work, state=state, delivery_id=delivery, limit=limit)
            shown = masking.cards(work, [file for _finding, file in rows])
        access_log.record(archive, actor, access_log.at_list("findings", masking.subjects(shown)))
    listed = list(zip([row[0] for row in rows], shown, strict=True))
    if as_json:
        told = [{**serializers.finding(one), "file": card.file.code} for one, card in listed]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for one, card in listed:
        due = f"{one.whom} {one.due_on}" if one.due_on else ""
        code = codes.grouped(card.file.code)
        click.echo("\t".join((str(one.id), code, one.kind.label, one.status.label, due)).rstrip())


@command.command()
@click.argument("finding", type=int)
@click.option("--note", default="", help="What was done.")
def correct(finding: int, note: str) -> None:
    """Say that a finding was put right."""
    with opened() as (archive, actor), archive.write(actor) as work:
        findings.correct(work, findings.get(work, finding), note=note)
    click.echo(_("Noted as put right."))


@command.command("hand-on")
@click.argument("finding", type=int)
@click.option("--to", "whom", required=True, help="Who is to put it right.")
@click.option("--by", "due", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Until which day.")
@click.option("--note", default="")
def hand_on(finding: int, whom: str, due: datetime, note: str) -> None:
    """Hand a finding on to somebody, to be put right by a day."""
    with opened() as (archive, actor), archive.write(actor) as work:
        findings.hand_on(work, findings.get(work, finding), whom, due.date(), note=note)
    click.echo(_("Handed on."))
