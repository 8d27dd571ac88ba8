"""Track every closed paper case file from the old rooms to the central archive.

config, clock            settings from AKTSPAR_*; the system clock, working days, deadlines
vocabulary, lifecycle    every enum with its words; the tables of states and actions
identity, retention      personal numbers; when a file must be disposed of or kept
models, store, history   tables; transactions; the only writers of events and of status
lists                    reading the lists of the old archives
domain                   the verbs, one module per noun
documents                paper
web, api, cli            thin ways in: parse, call one verb, answer
timetable, worker        what runs when, and what runs it
"""

__version__ = "0.1.1"
