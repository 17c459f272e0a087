"""The exercises, a file for each assignment: references, laws, named misconceptions."""
