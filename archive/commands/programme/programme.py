"""`aktspar programme`: what is left in the old rooms, how fast it leaves, when the last file will."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from archive.commands import opened
from archive.kernel.store import Work
from archive.places import paths
from archive.programme import forecast, serializers
from archive.programme.forecast import Forecast
from archive.programme.papers import tables
from archive.vocabulary.wording import _

YEAR = 365  # days over which findings are counted


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, with the findings of each sender.")
@click.option("--csv", "table", type=click.Choice(list(tables.TABLES)), help="Write one of its tables.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the table is written.")
def command(as_json: bool, table: str | None, out: Path | None) -> None:
    """Tell how the emptying of the old rooms goes; counts only."""
    if (table is None) != (out is None):
        raise click.UsageError("Say --csv and --out together.")
    with opened() as (archive, actor), archive.read(actor) as work:
        read = forecast.read(work, end=archive.settings.programme_end)
        if table and out:
            out.write_bytes(b"".join(_table(work, table, read)))
            click.echo(str(out))
            return
        if as_json:
            found = serializers.findings_by_sender(work, YEAR)
            told = {**serializers.programme(read), "findings": found}
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
            return
    for one in read.rooms:
        name = paths.name_of(one.trail)
        click.echo(f"{one.emptying.id}\t{one.left:>7}\t{name}\t{one.emptying.status.label}")
    click.echo(f"{read.left:>9}  {_('Files left')}")
    _say(read.forecast)


def _table(work: Work, table: str, read: forecast.Programme) -> Iterable[bytes]:
    if table == "findings":
        return tables.findings(*serializers.named_findings(work, YEAR))
    return tables.rooms(read) if table == "rooms" else tables.counts(read)


def _say(forecast: Forecast) -> None:
    if forecast.pace is not None:
        click.echo(_("Pace: %(pace)s files a week", pace=f"{forecast.pace:.0f}"))
    if forecast.needed is not None:
        click.echo(_("Needed: %(pace)s files a week", pace=f"{forecast.needed:.0f}"))
    likely, earliest, latest = map(_day, (forecast.likely, forecast.earliest, forecast.latest))
    click.echo(_("Empty: %(day)s (%(first)s to %(last)s)", day=likely, first=earliest, last=latest))


def _day(day: date | None) -> str:
    return day.isoformat() if day else "–"
