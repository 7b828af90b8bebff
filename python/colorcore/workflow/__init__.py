"""What Snakemake is given besides its rules: a warm process, a line of progress, its lock."""
