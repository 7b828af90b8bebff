"""Results: what trained runs do, before and after surgery, and the files that say so."""
