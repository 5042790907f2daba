"""Users, organizations, members, teams, apps.

https://docs.github.com/rest/orgs, https://docs.github.com/rest/teams
"""
