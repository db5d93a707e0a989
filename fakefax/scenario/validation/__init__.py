"""Scenario files checked: YAML with the place of every value, and every problem found in one reading."""
