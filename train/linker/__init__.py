"""Which authority, area and rating of a text belong together, and whether that is news: learned links between mentions."""
