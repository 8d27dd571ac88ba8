"""A site of its own for the page frame, the macros and the scripts: no register behind it."""
