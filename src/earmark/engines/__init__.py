"""What listens: arrays in, domain objects out."""
