"""Prove that tests see what they should: each mutant is one fault, put into a copy of the code for them."""
