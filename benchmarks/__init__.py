"""How fast fakefax is where its users feel it, beside its peers: `python -m benchmarks`.

peers/      one file per peer: how it is started, and which request of it means "send a fax"
servers/    the programs of those peers that have none of their own, such as bare aiohttp
measures/   one file per measure: what is done, in interleaved rounds, and what is reached for
install     gets the peers from PyPI and npm, skips with a word what is not to be had
running     a peer as a process that can be started, asked, weighed and ended
load        many sends at once: by wrk, or by generator, which can also count and keep a pace
receiver    the callback endpoint, a process of its own
results     figures of all runs, as results.json keeps them
report      the table and the plots in README.md
proxy       two replicas behind nginx, and what must be true of them
"""
