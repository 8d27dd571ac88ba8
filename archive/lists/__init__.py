"""Read the lists of the old archives as they are: bytes, rows, readings; no database here.

fields      what a column can hold, and what can be said about a cell
detect      what a file is: kind, encoding, separator, header row
workbook    the cells of an XLSX file as text, streaming
tables      a list opened: header and numbered rows
dates, values, whereabouts   what a cell says: date, name, part, yes or no, protection, place
headings    the words archives put above their columns
mapping     which column is what, as data          guessing   a mapping proposed from header and sample
reading     one row as it would be registered      rejects    rows that were not, as a file of the same shape
"""
