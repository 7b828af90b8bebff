"""Audits of a deletion: is the concept gone, can it come back, and what else was harmed?

What readers are `given`, readers in closed form (`closed`) and trained ones (`trained`), under
`priors`, by `measures`.
"""
