"""Kinds of report that an office composes on a screen of figures, parts, charts and sentences; approved by a second person."""
