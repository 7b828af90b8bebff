"""Many small networks side by side on a CPU, in one call a step.

Layers and passes (`networks`), the objective of each run (`objective`), registered with torch
(`operators`).
"""
