"""A part of the paper with something of each rule, for tests: all of it takes ten times as long."""
