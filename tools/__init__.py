"""What set-up and the tests run beside the app: `make` calls them."""
