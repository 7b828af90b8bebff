"""What this paper alone says: its claims, its numbers, its own figures and tables."""
