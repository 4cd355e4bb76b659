"""The use cases: verbs on domain objects."""
