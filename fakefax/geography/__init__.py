"""The places of the vendor's coverage: countries, states, area codes, DID groups.

The facts are pycountry's (names, codes, subdivisions) and phonenumbers' (dialling codes, area codes, cities). Both
take long to load, so that happens when something is first asked for, in a thread, and once for all sandboxes.

places      what there is to know of a country, a state, an area code
countries   countries and states, from pycountry
prefixes    where each number prefix of a dialling code belongs, from phonenumbers
cities      the cities of a country by area code
documented  the DID groups that the documentation shows
did_groups  the DID groups of a country: one for each city of each area code, the documented ones among them
matching    which DID groups a list is narrowed down to
atlas       the door for handlers, which never blocks the event loop
"""
