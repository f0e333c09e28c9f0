"""From the bytes of feeds, sitemaps, listings and search answers to the entries that they name."""
