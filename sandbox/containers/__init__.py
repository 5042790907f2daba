"""A Docker daemon, and images to build on, for machines that have none or reach no registry of images.

daemon       the one that answers, or one of this project's own
base_images  the public images that Dockerfiles name, or stand-ins that are made here
"""
