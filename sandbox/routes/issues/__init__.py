"""Issues, labels, pull requests, reviews.

https://docs.github.com/rest/issues, https://docs.github.com/rest/pulls
"""
