"""The addresses that the sandbox answers, one module per chapter of GitHub's documentation.

https://docs.github.com/rest. It must not decide what GitHub allows: that is in rules.
"""
