"""What the tests share: waiting on conditions, and real processes that never outlive them."""
