"""An invented archive of any size, with the lists its old archives would have kept of it.

names        common names                    population   households and their cases, in arrays
world        covers and where they stand     pen          how people wrote numbers, names and dates
lists        the six lists, row by row       cases        the closed cases of the case system
truth        what an import must say         write        all of it to files
fill         two months told by the verbs    cast         who works there, and the story's clock
weeks        rooms and weekly deliveries     transports   one delivery, from plan to receipt
checkers     covers and findings             missing      two missing files, a deviation
"""
