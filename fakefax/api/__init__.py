"""Fax.to's own API, under /api/v2 and /api/v1. Handlers only translate between HTTP and the sandbox.

body, multipart, params    query, form, multipart or JSON to one mapping of text, and the files beside it
errors              each refusal with its status
reply               what goes back: JSON in Fax.to's shapes, or a file
call                one authenticated request, as a handler sees it
operation           what an operation is: path, parameters, answer, handler
endpoint            the request handler of an operation: read, authenticate, carry out, record, answer
paging              lists in pages, with links that open
faults              what the rules of `requests` do to a request
faxes, files, documents, history, account    the operations, by the vendor's own sections
places, numbers, incoming    likewise: where numbers can be had, the account's numbers, its inbox
operations          the one table of operations, from which the routes are made
"""
