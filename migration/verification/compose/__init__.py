"""The whole stack together, from the services that a docker-compose.yml names.

compose     what the file says (pure)
services    the file of a plan, and what both ways to start it share
containers  the file as it stands, brought up by Docker Compose
images      built for it from fresh clones
processes   each service as a process, wired as the file says
programs    those processes: a database, a Python service, a page
running     one way or the other
browser     Chromium, found or installed
"""
