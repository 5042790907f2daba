"""The lines of the checklist as programs that can fail.

check                what a check is, and what it saw
context              the addresses, and what several checks share
commands             running programs, and keeping some running
check_run            all checks side by side
checklist            which checks a plan has: one module for each part of the checklist
"""
