"""The city's own organisation: the systems its files are numbered in, its units, the kinds of file it has."""
