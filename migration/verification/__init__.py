"""Stage 5: the lines of the checklist as commands that can fail.

check                what a check is, and what it saw
world                the addresses, and what several checks share
commands             running programs, and keeping some running
judging              all checks side by side
checklist            which checks a plan has: one module for each part of the checklist
"""
