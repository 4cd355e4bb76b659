"""Domain objects and pure functions on them; standard library only."""
