"""The places of the vendor's coverage: countries, states, area codes, DID groups.

The facts are pycountry's (names, codes, subdivisions) and phonenumbers' (dialling codes, area codes, cities). The
script `python -m tools.geography_tables` writes them into small tables; neither library is needed to run fakefax. A
table is read when something is first asked for, in a thread, and once for all sandboxes.

tables      the tables, and how they are read
countries   countries with their states, area codes and cities; which country a number is of
did_groups  the DID groups of a country: one for each city of each area code; and a list of them narrowed down
atlas       the door for handlers, which never blocks the event loop
"""
