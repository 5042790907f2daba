"""A repository at GitHub and everything that GitHub keeps around its code."""
