"""Figures: a module each, which says what it reads, draws it, and puts it into words."""
