"""`fakefax verify`: holds a server, fakefax or the live service, against what is known of Fax.to's API.

shapes      what an answer looks like, and in what another one differs
known       the shapes of all operations
step        what a probe is made of, and the page that a run uploads
checks      rules that go beyond a shape: order, money
reading     the probes that only read, or are refused
probes      all probes, and why the other rows of the fidelity table have none
exchange    one HTTP request, with time and size bounded
plan        what a run may do, how each row fared, and how an answer is held against what is known
receipts    receives the receipts of the fax that was sent
recording   what was answered, dated and masked
run         one run: the guard of the money, the outcome of each probe, the clean-up
har         holds captured traffic against what is known
own_server  a fakefax to verify where no other server is named
"""
