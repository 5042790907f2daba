"""A private package registry on 127.0.0.1: a real devpi-server process beside the local GitHub.

registry_process  start, status and stop of the daemon
serving      the daemon itself
read_access  who may download from an index, as a plugin of devpi
"""
