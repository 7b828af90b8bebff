"""The document's own figures."""
