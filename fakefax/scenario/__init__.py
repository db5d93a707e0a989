"""Scenario files: from YAML to what the core carries out.

schema       the one definition of a scenario file; validation, defaults and documentation come from it
source       YAML text with the line and column of every value
problems     every problem of a wrong file as a sentence with its place and its cure
loader       shipped names and paths to a checked Scenario
conditions, fax_rules    what `when` and `then` mean, with their counters
build        a Scenario's values as the core's own: pricing, billing, retry policy, accounts
"""
