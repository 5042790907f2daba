"""The private packages: built from the moved code, published, and told to those who lock them."""
