"""Data to start from: the reference data of a city, test numbers, and an invented archive of any size."""
