"""Secrets in files and messages, found by Kingfisher with its rules and those of rules.toml, each text once."""
