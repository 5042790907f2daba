"""The whole stack together, from the services that a docker-compose.yml names.

compose    what the file says (pure)
programs   each service as a process: a database, a Python service, a page
running    all of them, wired as the file says
browser    Chromium, found or installed
"""
