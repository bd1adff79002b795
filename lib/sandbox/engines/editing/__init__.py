"""What the edit engine is made of."""
