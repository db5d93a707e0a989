"""Runs one test again and again, each time under one fault at one point, and judges each run by its money.

points      where the program touched Fax.to in a run: its requests, the attempts at callbacks, its faxes
cases       one fault at one point: its name, its rule, its sentence; which fit, and which are needless
oracle      what is wrong with a run; hanging, a deadline for it; invariants, what a program's own tests add
explorer    the loop: which runs, in which order, until when, and what came of them; pairs of faults
known       the file of findings that somebody has accepted
report      what is said at the end; matrix, the same as an HTML page; files, where it goes, with its reports

It knows neither pytest nor the command line: both give it a function that runs the test.
"""
