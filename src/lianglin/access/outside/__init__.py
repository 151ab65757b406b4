"""Logging in with the city's own identity provider (OpenID Connect)."""
