"""What one GitHub holds: accounts, repositories, people, settings, in one SQLite file.

It must not run git.
"""
