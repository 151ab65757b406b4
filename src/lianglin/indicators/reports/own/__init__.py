"""An office's own Word layout: a .docx with placeholders, looked at by two people, filled by every report after."""
