"""Scenario files: from YAML to what the core carries out.

schema, rule_schema, fields   the one definition of a scenario file: validation, defaults, the schema for editors
validation/                   YAML with the place of every value, and every problem found in one reading
loader                        shipped names and paths to a checked Scenario
default                       the default scenario, made from the table of faults
library                       the scenarios that a web client may name
overrides                     a scenario with other values, with other api_keys
rules/                        first match wins: conditions, counters, sequences; what `then` means in each section
build                         a Scenario's values as the core's own: pricing, billing, retry policy, accounts
fake_data                     what a scenario leaves open, made up from the seed
"""
