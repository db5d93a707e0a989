"""The fax world itself: standard library only, no sockets, no HTTP, no YAML.

durations, money, sizes, urls    values: spans of time, exact amounts, bytes, callback URLs; masking
chance                       ids and seeded choices: the only place that draws
real_time                    the only place that reads real time or waits for it
timers, holds, advance       what the clock is made of
clock                        simulated time: rate, pause, advance
msg_codes, models, refusals  how a fax ends; what a job, a document, a plan is; why a request is refused
ledger, audit, verdict       entries whose sum is the balance, the proof of it, and what else a test should be told
journal, lookout             one ordered log of all that happened and all that did not; waiting for an entry
forms, notices               what is posted to a callback URL, and where it stands
receipts, received_faxes     the two notices: of a fax that was sent, of a fax that arrived; when an attempt is due
decisions, faults            what rules decide, and what goes wrong with a request or a callback; operation_names
courier, replies, polling    carry out the faults of a callback: on its way, in the send's answer, in the status
receiving, number_book, inbox    fax numbers, what they cost and when they expire; the faxes that arrive
receipt_book, callback_log   the life of a notice from issue to acknowledgement, and how the journal tells it
engine, store                a fax job's life: accept, charge, finish; and where its state lies
retention, carrying          finished faxes are let go beyond a limit, and their money is carried forward
kept_errors                  errors that are kept, without the bodies that their frames hold
"""
