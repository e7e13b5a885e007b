"""Runs the stages of the day by themselves; each is a command that people can type as well."""
