"""Persons, their identities and traits."""
