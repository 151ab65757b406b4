"""Keys for programs and apps: a post narrowed, for a while. One's own list, the pages, the gate of the API."""
