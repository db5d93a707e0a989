"""Runs one test again and again, each time under one fault at one point, and judges each run by its money.

points      where the program touched Fax.to in a run: its requests, the attempts at callbacks, its faxes
cases       one fault at one point: its name, its rule, its sentence; which fit, and which are needless
oracle      what is wrong with a run
explorer    the loop: which runs, in which order, until when, and what came of them
pairs       two faults in one run
known       the file of findings that somebody has accepted
matrix      all of it as one HTML page; files, where it is written, with the reports that its red cells link
invariants  what a program's own tests say must always hold

It knows neither pytest nor the command line: both give it a function that runs the test.
"""
