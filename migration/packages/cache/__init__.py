"""What is made once and used by many: virtual environments and results.

It must not know the plan.
"""
