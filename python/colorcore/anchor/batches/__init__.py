"""Batches of a dataset and their noisy labels, drawn by seed and step alone.

Samplers (`batches`), labels (`labelled`), and those of many runs at once where they are used
(`drawing`, on a GPU by `gpu_draws`).
"""
