"""The web page: static files, and the routes that serve them. It is a client of the control API and nothing else.

static/       ES modules, one style sheet, and the libraries in vendor/ with their licences; no build step
routes        the paths under which a browser gets them, and the headers that go with them
"""
