"""Erasers: interventions fitted to the latents of a model that is trained already.

What they are fitted to (`evidence`), as it is given (`reading`). Then what is taken away: all that
tells a concept to a linear probe (`least_squares`), what sets its mean apart (`classes`), what one
probe after another finds (`nullspaces`), or all along a direction, for the constant that harms
least (`constants`, found by `descent`).
"""
