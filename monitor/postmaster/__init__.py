"""What a postmaster looks after: mail that comes back, and what DNS says of the sender's domain."""
