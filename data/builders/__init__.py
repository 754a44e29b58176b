"""Builders of the fact tables: one function a table, each a pure function of the facts folder."""
