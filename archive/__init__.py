"""Track every closed paper case file from the old rooms to the central archive.

web, api, commands    thin ways in, by noun: parse, call one verb, answer
app, cli, serving     what gathers them, and what serves them
timetable, worker     what runs when, and what runs it
a noun                its verbs, what is read of it, its papers: home, annual_report, quality, incidents,
                      programme, deliveries, cover_checks, stocktakes, scanning, backups, search, imports,
                      loans, files, timeline, integrity, labelling, routine_runs, places, access_log,
                      notifications, accounts, people, codes
history               the only writer of events and of status
output                frames of PDF, CSV, XLSX, JSON
rules                 personal numbers; when a file must be disposed of or kept
models, migrations    tables, and how they came to be
kernel                transactions, settings, clock, errors, lifecycles, permissions
vocabulary            every enum with its words, and the catalogue
"""

__version__ = "0.2.0"
