"""Make and print all that is stuck on something: codes, QR symbols, label designs, sheets, ZPL."""
