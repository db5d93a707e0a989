"""The fax world itself: standard library only, no sockets, no HTTP, no YAML.

durations, money, chance     values: spans of time, exact amounts, ids and seeded choices
clock                        simulated time: timers, holds, rate, advance
models, refusals             what a fax job, a document, a plan is; why a request is refused
ledger, audit                entries whose sum is the balance, and the proof of it
journal                      one ordered log of all that happened and all that did not
receipts, receipt_book       when a delivery receipt is due, and its life from issue to acknowledgement
engine, store                a fax job's life: accept, charge, finish; and where its state lies
"""
