"""What the program reads, computes and refuses, before it declares anything.

It must not register resources.
"""
