"""Actions: settings, environments, secrets, variables.

https://docs.github.com/rest/actions, https://docs.github.com/rest/deployments/environments
"""
