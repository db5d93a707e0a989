"""The simulated fax service: the standard library and msgspec's structs only, no sockets, no HTTP, no YAML.

The rooms, lowest first. Each imports only what stands before it (tests/test_layers.py):

    real_time, randomness, ids     the only readers of real time, of chance, and of the series of ids
    timers, clock                  what simulated time waits for; its rate, pause and advance
    errors, msg_codes              why a request is refused; how a fax ends
    decisions, faults              what rules are asked and decide; the table of faults
    journal, journal_search        one ordered log of everything; waiting for an entry of it
    billing/ledger                 entries whose sum is the balance
    callbacks/callback             one callback with its attempts
    delayed_responses              responses that a fault delays
    receiving/incoming             fax numbers, and faxes that arrive at them
    models                         documents, orders, plans, fax jobs, accounts, prices
    store                          the fax jobs of a sandbox
    billing/                       the audit of a ledger; retention of finished faxes and of their entries
    callbacks/                     receipts, received faxes, their retry schedule, injected faults
    receiving/                     the registry of fax numbers; the inbox
    engine                         a fax job's life: accept, charge, finish
    verdict, history               what a program did wrong in Fax.to's eyes; a moment of the past
"""
