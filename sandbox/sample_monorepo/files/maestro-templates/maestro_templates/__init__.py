"""Skeletons of projects, and the program that fills them in."""
