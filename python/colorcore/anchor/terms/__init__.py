"""Terms of an objective: a loss for each sample, averaged over those that it concerns.

Functions (`per_sample`), means (`averages`), the same as modules (`modules`), one term of an
objective (`regularizer`) and files of them (`saved`).
"""
