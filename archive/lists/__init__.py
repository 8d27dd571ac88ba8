"""Read the lists of the old archives as they are: bytes, rows, readings; no database here.

fields      what a column can hold, and what can be said about a row
detect      what a file is: kind, encoding, separator, header row
textfile    the rows of a separated text          package, sheet, cells, workbook   those of an XLSX file
tables      a list opened: shape, header, numbered rows          limits   how large it may be
text, dates, values, names, whereabouts, subjects   what a cell says
headings    the words archives put above their columns          content   what their cells look like
mapping     which column is what, as data          guessing   a mapping proposed from header and sample
reading     one row as it would be registered          reader   reads the rows of a list by a mapping
rejects     the rows that were not registered, as a file of the list's own form
"""
