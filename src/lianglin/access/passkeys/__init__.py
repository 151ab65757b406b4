"""Passkeys (W3C Web Authentication): added, used as the second step or alone, taken away."""
