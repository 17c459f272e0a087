"""The exercises, one file for each assignment: references, laws, and the misconceptions
that get a name.
"""
