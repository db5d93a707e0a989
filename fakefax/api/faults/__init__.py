"""Faults of the API: what the rules of `requests` do to a request. One fault, one file.

subject      a request as the rules see it
refusals     the vendor's refusals, by the names that a scenario has for them
answers      a status and a body in place of the answer
delays       answers held back, in simulated or in real time
connections  answers cut in half, lost, or ended by a TCP reset
faulty       a request that a rule took, from its decision to its last byte
"""
