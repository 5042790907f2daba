"""Secrets in files and messages, found by Kingfisher with its rules and those of rules.toml, each text once.

`scanner` runs the program, `match_cache` stores what it reported, `text_scan` exports what must be scanned,
`message_texts` holds the texts of commits and tags.
"""
