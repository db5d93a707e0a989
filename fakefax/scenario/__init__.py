"""Scenario files: from YAML to what the core carries out.

schema       the one definition of a scenario file; validation, defaults and documentation come from it
source       YAML text with the line and column of every value
yaml_limits, yaml_words  what is refused before anything is built from a text, and why a text is no YAML
problems     a problem as one line with its place and its cure; schema_problems and checks find them
loader       shipped names and paths to a checked Scenario
conditions, fax_rules    what `when` and `then` mean, with their counters
build        a Scenario's values as the core's own: pricing, billing, retry policy, accounts
"""
