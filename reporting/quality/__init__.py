"""Shows what the quality models found, and hands delivered rows back to their senders."""
