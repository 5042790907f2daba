"""Changes that touch the store and git in one step.

It must not read requests.
"""
