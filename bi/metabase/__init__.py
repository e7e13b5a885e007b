"""Metabase: questions and dashboards as text, and the program that puts them there."""
