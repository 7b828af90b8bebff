"""Batches of a dataset and their noisy labels, drawn by seed and step alone.

Samplers (`batches`), labels (`labelled`), and the draws on a GPU (`gpu_draws`).
"""
