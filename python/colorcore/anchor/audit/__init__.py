"""Audits of a deletion: is the concept gone, can it come back, and what else was harmed?

What readers are `given`, readers in closed form (`closed`) and trained ones (`trained`), under
`priors`, by `measures`, all in a table of `readings`; `relearning`; `collateral` damage; what a
model gives for samples (`responses`); and whole `audits` with their figure (`drawing`).
"""
