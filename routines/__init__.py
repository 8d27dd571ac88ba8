"""The common routines as data, and the engine that leads people through one.

model        what a routine is made of               definition   load one from YAML, compare two versions
engine       what is open, next, due, finished       progress     how far one run has come
conditions   over answers and facts, as data         deadlines    hours that run on, working days
answers      is a filled-in form complete            saying       conditions and deadlines in words
flow         the drawing of a routine                checklist    what a cover check looks at
wording      text and problems in both languages
reading, loading, checks, asking, writing, versions: from YAML to a checked routine, and back.
`definition.packaged()` and `checklist.packaged()` list what ships with us.
"""
