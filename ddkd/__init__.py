"""ddkd."""
