"""Run the command line as `python -m archive`."""

from archive.cli import main

main(prog_name="aktspar")
