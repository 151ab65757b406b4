"""Django's PostgreSQL, with a look at a pooled connection that costs no round trip."""
