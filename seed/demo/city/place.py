"""Put what is invented of a city in place, as its archivist would."""

from functools import cache
from typing import Any

import yaml

from archive import reference_data
from archive.kernel.store import Archive, operator
from archive.organisation import source_systems, units
from seed.demo.city.load import FOLDER, load

MAPPINGS = FOLDER / "mappings"


def place(archive: Archive) -> None:
    """Add the city's source systems, units and choices of columns, unless they are there."""
    city = load()
    with archive.write(operator("demo")) as work:
        known = {source.code for source in source_systems.every(work)}
        known |= {unit.name for unit in units.every(work)}
        for source in city.sources:
            if source.code not in known:
                source_systems.add(work, source.code, source.name)
        for unit in city.units:
            if unit.name not in known:
                units.add(work, unit.name)
        reference_data.package_mappings(work, _mappings())


@cache
def _mappings() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(MAPPINGS.glob("*.yaml"))]
