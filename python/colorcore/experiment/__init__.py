"""Experiments: from files to typed, frozen values."""
