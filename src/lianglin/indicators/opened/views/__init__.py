"""What anybody may open: the catalogue of published figures, their files, their maps."""
