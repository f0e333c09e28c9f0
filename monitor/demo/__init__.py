"""The demonstration: a site of our own, a few days in August 2026, and the alerts that they would have brought."""
