"""Scenario files: from YAML to what the core carries out.

schema, rule_schema, fields    the one definition of a scenario file: validation, defaults, documentation
source       YAML text with the line and column of every value; place, where that is
yaml_limits, yaml_words  what is refused before anything is built from a text, and why a text is no YAML
problems     a problem as one line with its place and its cure; schema_problems, checks and rule_checks find them
rekey        a scenario with other api_keys; library, the scenarios that a web client may name
published    the schema as editors get it
loader       shipped names and paths to a checked Scenario; kept, the default one as it was read once
rules        first match wins: counters, sequences, misses; conditions, what `when` means as data
fax_rules, request_rules, callback_rules    what `then` means in each section; all_rules has the three
build        a Scenario's values as the core's own: pricing, billing, retry policy, accounts
"""
