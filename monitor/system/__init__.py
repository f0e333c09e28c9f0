"""The machine beneath: its clocks, threads and memory, and the files that only their owner may read."""
