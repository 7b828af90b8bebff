"""Layers of any model by name, and what they give as it runs.

Names (`named`), hooks (`hooks`) on one item of what a layer gives (`items`), in models that are
compiled too (`eager`), captures (`captures`), and copies of models (`copies`).
"""
