"""Copies of the whole register that can be brought back: made, kept, checked, restored."""
