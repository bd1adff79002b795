"""Videos: read, drawn, put together and written as MP4."""
