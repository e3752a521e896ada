"""How pages look: templates, the style sheet, prose, pictures and words."""
