"""`aktspar deliveries`: the weekly deliveries, planned, listed, printed and closed by hand or script."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archive.access_log import access_log
from archive.codes import codes
from archive.commands import opened
from archive.deliveries import (
    external_lists,
    lines,
    paper_data,
    papers,
    pick_lists,
    planning,
    reconciliation,
    serializers,
    transfer_notices,
    views,
)
from archive.deliveries.external_lists import ExternalListPreview
from archive.deliveries.planning import DeliveryPlan
from archive.deliveries.views import NamedDifference, Piece
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.models import DeliverySender
from archive.output import csv
from archive.output.serializing import facts
from archive.places import places
from archive.vocabulary import DeliveryState, RowSense, SenderState
from archive.vocabulary.wording import _, ngettext

Printer = Callable[[Work, DeliverySender, Settings], bytes]
_STATE = click.Choice(DeliveryState, case_sensitive=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
_out = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)


@click.group()
def command() -> None:
    """Plan, list, print and close the weekly deliveries."""


def _say_json(said: object) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, indent=1))


@command.command("list")
@click.option(
    "--state", "states", type=_STATE, multiple=True, help="Only in this state; may be given several times."
)
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@_json
def list_(states: Sequence[DeliveryState], limit: int, as_json: bool) -> None:
    """List deliveries, the latest day first."""
    with opened() as (archive, actor), archive.read(actor) as work:
        rows = planning.listed(work, states=states, limit=limit)
        if as_json:
            _say_json([serializers.heading(one) for one in rows])
            return
        for one in rows:
            click.echo(f"{one.id}\t{one.day}\t{one.status.label}")


@command.command()
@click.argument("delivery", type=int)
@_json
def show(delivery: int, as_json: bool) -> None:
    """Show a delivery: its senders, and how many pieces are where."""
    with opened() as (archive, actor), archive.read(actor) as work:
        one = lines.delivery(work, delivery)
        told = serializers.delivery(work, one)
    if as_json:
        _say_json(told)
        return
    click.echo(f"{one.id}\t{one.day}\t{one.status.label}")
    for share in told["senders"]:
        click.echo(f"  {share['id']}\t{share['note']}\t{share['name']}\t{_state(share['status'])}")
    _say_figures(told)


def _state(value: str) -> str:
    state = SenderState.read(value)
    return state.label if state else value


def _say_figures(told: Mapping[str, Any]) -> None:
    figures = told["figures"]
    for count, word in (
        (figures["listed"], _("listed")),
        (figures["packed"], _("packed")),
        (figures["received"], _("received")),
        (figures["open_differences"], _("differences not explained")),
        (figures["covers_left"], _("covers not checked")),
        (told["unshelved"], _("files still in crates")),
    ):
        click.echo(f"{count:>9}  {word}")


@command.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--crates", type=int, help="How many crates there are.")
@click.option("--crate-files", type=int, help="How many files a crate holds.")
@click.option("--alarm-hours", type=int, help="How long it may be on the way.")
def plan(day: datetime, crates: int | None, crate_files: int | None, alarm_hours: int | None) -> None:
    """Plan a delivery on DAY, by default as the settings say; prints its number."""
    with opened() as (archive, actor):
        usual = archive.settings
        wanted = DeliveryPlan(
            day.date(),
            usual.delivery_crates if crates is None else crates,
            usual.delivery_crate_files if crate_files is None else crate_files,
            usual.delivery_alarm_hours if alarm_hours is None else alarm_hours,
        )
        with archive.write(actor) as work:
            planned = planning.plan(work, wanted)
    click.echo(planned.id)


@command.command("add-sender")
@click.argument("delivery", type=int)
@click.argument("place")
@click.option("--unit", default="", help="Name of the unit whose files are fetched there.")
@click.option("--files", type=int, help="List so many of its next files at once.")
@click.option("--contact", default="", help="Address that mail about the delivery goes to.")
def add_sender(delivery: int, place: str, unit: str, files: int | None, contact: str) -> None:
    """Let the room with the code PLACE send with a delivery; prints the sender's number."""
    with opened() as (archive, actor), archive.write(actor) as work:
        room = places.by_code(work, codes.parse(place))
        unit_id = transfer_notices.unit_named(work, unit).id if unit else None
        of = lines.delivery(work, delivery)
        share = planning.add_sender(work, of, room, unit_id=unit_id, contact=contact)
        if files is not None:
            pick_lists.make(work, share, files)
    click.echo(share.id)


@command.command("make-list")
@click.argument("sender", type=int)
@click.argument("files", type=int)
def make_list(sender: int, files: int) -> None:
    """List the next FILES of a sender's room in shelf order; replaces a list nobody packs by yet."""
    with opened() as (archive, actor), archive.write(actor) as work:
        made = pick_lists.make(work, lines.sender(work, sender), files)
    click.echo(ngettext("%(num)s file is listed.", "%(num)s files are listed.", made.listed))


@command.command("take-list")
@click.argument("sender", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say how each row is understood.")
@_json
def take_list(sender: int, file: Path, dry_run: bool, as_json: bool) -> None:
    """Make a list written elsewhere (a workbook, CSV, or a number a line) the pick list of a sender."""
    content = file.read_bytes()
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            seen = external_lists.preview(work, lines.sender(work, sender), content)
        if not dry_run:
            with archive.write(actor) as work:
                external_lists.take(work, lines.sender(work, sender), content)
    rows = [facts(one, "row", "said", "sense", "left_out") for one in seen.rows]
    if as_json:
        _say_json({"taken": not dry_run, "rows": rows})
    else:
        _say_rows(seen)


def _say_rows(seen: ExternalListPreview) -> None:
    for one in seen.rows:
        if one.sense is not RowSense.LISTED:
            why = one.left_out.label if one.left_out else one.sense.label
            click.echo(f"{one.row}\t{one.said}\t{why}")
    for sense in RowSense:
        if count := seen.count(sense):
            click.echo(f"{count:>9}  {sense.label}")


# Paper and lists


def _print(sender: int, out: Path, make: Printer) -> None:
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            share = lines.sender(work, sender)
            body = make(work, share, archive.settings)
        access_log.record(archive, actor, access_log.at_list("delivery_pdf", [share.stream]))
    out.write_bytes(body)
    click.echo(str(out))


def _csv(work: Work, share: DeliverySender, _settings: Settings) -> bytes:
    heads = (_("Row"), _("Code"), _("Reference"), _("Part"), _("Stands at"), _("Crate"), _("Left out"))
    lines = [csv.BEGINNING, csv.line(heads)]
    for one in views.pieces(work, share):
        crate = one.packed_crate or one.planned_crate or ""
        why = one.left_out.label if one.left_out else ""
        lines.append(csv.line((str(one.row), one.code, _name(one), one.part, one.place, str(crate), why)))
    return b"".join(lines)


def _name(one: Piece) -> str:
    return _("sealed envelope") if one.envelope else one.reference


@command.command("pick-list")
@click.argument("sender", type=int)
@_out
def pick_list(sender: int, out: Path) -> None:
    """Write a sender's pick list as PDF, or every row of it as CSV, by the name of the file."""
    _print(sender, out, _csv if out.suffix.lower() == ".csv" else _pick_list)


def _pick_list(work: Work, share: DeliverySender, settings: Settings) -> bytes:
    return papers.pick_list(work, paper_data.pick_list(work, share), settings)


@command.command()
@click.argument("sender", type=int)
@_out
def note(sender: int, out: Path) -> None:
    """Write a sender's delivery note as PDF."""
    _print(sender, out, lambda work, of, to: papers.note(work, paper_data.note(work, of), to))


@command.command()
@click.argument("sender", type=int)
@_out
def receipt(sender: int, out: Path) -> None:
    """Write a sender's receipt as PDF."""
    _print(sender, out, lambda work, of, to: papers.receipt(work, paper_data.receipt(work, of), to))


@command.command()
@click.argument("delivery", type=int)
@_json
def differences(delivery: int, as_json: bool) -> None:
    """List what differs in a delivery, and what it turned out to be."""
    with opened() as (archive, actor):
        with archive.read(actor) as work:
            shares = lines.senders(work, lines.delivery(work, delivery).id)
            found = [one for share in shares for one in views.named(work, share)]
        access_log.record(archive, actor, access_log.at_list("delivery", [share.stream for share in shares]))
    if as_json:
        _say_json([serializers.difference(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.id}\t{one.kind.label}\t{_of_what(one)}\t{one.reason.label if one.reason else '–'}")


def _of_what(one: NamedDifference) -> str:
    if one.piece is not None:
        return " ".join(filter(None, (one.piece.code, _name(one.piece), one.piece.part)))
    return _("Crate %(number)s", number=one.crate or "–")


# The end


@command.command()
@click.argument("delivery", type=int)
@click.option("--reason", required=True, help="Why, in a few words.")
def cancel(delivery: int, reason: str) -> None:
    """Cancel a delivery before anything has left."""
    with opened() as (archive, actor), archive.write(actor) as work:
        planning.cancel(work, lines.delivery(work, delivery), reason)
    click.echo(_("Cancelled."))


@command.command()
@click.argument("delivery", type=int)
def close(delivery: int) -> None:
    """Close a delivery once every piece is explained, checked and on its shelf."""
    with opened() as (archive, actor), archive.write(actor) as work:
        reconciliation.close(work, lines.delivery(work, delivery))
    click.echo(_("Closed. The receipts are final."))
