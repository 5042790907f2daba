"""What every command shares at the terminal: console, options, exit statuses, failures.

It must not know the commands.
"""
