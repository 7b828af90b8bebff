"""The write-up: figures, tables, numbers and claims, and the text they go into."""
