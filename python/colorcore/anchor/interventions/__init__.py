"""Interventions on what a layer gives, while a model runs or for good.

Their `kinds` and how far they reach (`falloff`), while a model runs (`acting`), built in or in a
file (`installed`).
"""
