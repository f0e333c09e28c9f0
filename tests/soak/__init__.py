"""Long programmes that kill what they test: ``python -m tests.soak``, ``make soak``. Not part of ``make test``."""
