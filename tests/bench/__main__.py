"""Measure: one JSON line per figure, each beside its ceiling or peer of the same run.

python -m tests.bench [--files N] [--postgresql URL] [name ...]

Names: labels history lookups http deliveries imports near search_time search.
"""

import argparse
import importlib
import inspect
import json
from collections.abc import Iterator
from typing import Any

NAMES = ("labels", "history", "lookups", "http", "deliveries", "imports", "near", "search_time", "search")


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--postgresql", help="URL of a database of its own")
    parser.add_argument("names", nargs="*", default=NAMES)
    wanted = parser.parse_args()
    for name in wanted.names:
        for figure in _figures(name, wanted):
            print(json.dumps(figure, ensure_ascii=False), flush=True)  # noqa: T201


def _figures(name: str, wanted: argparse.Namespace) -> Iterator[dict[str, Any]]:
    measure = importlib.import_module(f"tests.bench.{name}_figures").figures
    known = {"files": wanted.files, "url": wanted.postgresql, "processes": 2 if wanted.postgresql else 1}
    takes = inspect.signature(measure).parameters
    figures: Iterator[dict[str, Any]] = measure(**{key: known[key] for key in takes if key in known})
    return figures


if __name__ == "__main__":
    main()
