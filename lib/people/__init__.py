"""Who is asking: accounts as the rest of the house knows them."""
