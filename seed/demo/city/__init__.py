"""The invented city of the demo: addresses, source systems, units and forms of lists, as YAML."""

from seed.demo.city.load import CentralArchive, City, Room, Site, SourceSystemRow, UnitRow, load
from seed.demo.city.place import place

__all__ = ["CentralArchive", "City", "Room", "Site", "SourceSystemRow", "UnitRow", "load", "place"]
