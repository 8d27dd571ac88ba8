"""The common routines as data, and the engine that leads people through one.

definition  load a routine from YAML, compare versions       model       what a routine is made of
engine      what is done, open, next for whom, due when      progress    how far one run has come
conditions  conditions over answers and facts, as data       deadlines   hours that run on, working days
answers     is a filled-in form complete and of its kind     wording     text and problems in both languages
reading, loading, checks, asking, writing, versions: from YAML to a checked routine, and back
"""
