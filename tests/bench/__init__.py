"""Measure: nothing is asked that nobody answers, whatever a figure imports."""

from archive import wiring

wiring.check()
