"""Surgery on weights: dimensions zeroed or cut out, as proved or as measured.

`operations` and the residual `stream` are the faces, `adapt` fits a fresh model to what was cut.
A `site` is where: what stands around a layer (`graph`, by `tracing`, `space`, `proof`, `between`),
or what a `probe` finds. `channels` and `slices` say how kinds of layers hold dimensions, `masks`
are put in, and what comes out is checked (`measured`).
"""
