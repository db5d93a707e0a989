"""Fax.to's own API, under /api/v2 and /api/v1. Handlers only translate between HTTP and the sandbox.

params      query, form, multipart or JSON to one mapping of text
errors      each refusal with its status, in Fax.to's error shape
call        one authenticated request, and how its answer is written
faxes, account    the operations, by the vendor's own sections
operations  the one table of operations, from which the routes are made
"""
