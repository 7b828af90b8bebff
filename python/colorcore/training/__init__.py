"""Training: the model, its batches and objective, and the one loop."""
