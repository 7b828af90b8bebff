"""Tables: a module each, which says what it reads and writes Markdown."""
