"""Branch protection and rulesets.

https://docs.github.com/rest/branches/branch-protection, https://docs.github.com/rest/repos/rules
"""
