"""Colours: names, likeness, and cubes of them whose axes have names."""
