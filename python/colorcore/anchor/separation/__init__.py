"""Angular separation: how closely the samples of a batch crowd each other's directions.

`angular` is the face; `formula` says it in torch, `cpu` and `gpu` are the kernels behind the
registered `operators`. `powers` chooses the power for a width.
"""
