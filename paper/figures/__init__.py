"""The paper's own figures."""
