"""The table of faults: what a scenario or a rule can make go wrong.

A fault is one annotated field of `RequestFaults` or `CallbackFaults`. Its schema, its validation, its rows in the
documentation, its argument of the Python client, its dialled numbers and its execution all follow from that entry.

    fault             what every entry has: a description, the kind of its value, ready-made rows
    request_faults    faults of requests of Fax.to's API
    callback_faults   faults of callbacks
    table             all rows, with those about how a fax ends
"""
