"""Read the lists of the old archives as they are: bytes, rows, readings; no database here.

formats/
detect      what a file is: kind, encoding, separator, header row          limits   how large it may be
textfile    the rows of a text          package, sheet, cells, workbook   those of an XLSX file
otherbook   those of .xls, .xlsb and .ods, read in a process apart          xlsb   written out in full for it
quotes      stray quotation marks       fixed   columns of fixed width      letters   those gone wrong
marks       what a sheet hides          notes   what is odd about how a row stands in its file
text        a text as it is compared          ranges   whether one names several

meaning/
fields      what a column can hold, and what can be said about a row
tables      a list opened: shape, header, numbered rows
marks, signs, legends, marked   what says protected
sections    the sheets, and tables side by side, that make up a list
above, habits   what a row leaves to those above it, how a list is written throughout
no_file     headings, sums, heads of pages          gone, references   what may be gone, which file it is
dates, values, names, whereabouts, subjects   what a cell says
headings    the words archives put above their columns          content   what their cells look like
mapping     which column is what, as data          guessing   a mapping proposed from header and sample
reading     one row as it would be registered          reader   reads the rows of a list by a mapping
rejects     the rows that were not registered, as a file of the list's own form
"""
