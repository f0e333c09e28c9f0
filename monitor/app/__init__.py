"""The running program: what is put together at the start, who leads, what the operator is told, and when it stops."""
