"""`fakefax verify`: holds a server, fakefax or the live service, against what is known of Fax.to's API.

shapes     what an answer looks like, and in what another one differs
probes     the requests, each with the rows of the fidelity table that it can settle
exchange   one HTTP request, with time and size bounded
run        the plan, the guard of the money, and the outcome of each probe
recording  what was answered, dated and masked; and judged again without a network
"""
