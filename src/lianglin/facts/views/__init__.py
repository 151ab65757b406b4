"""Pages of the facts: the registry, and what is known of a household."""
