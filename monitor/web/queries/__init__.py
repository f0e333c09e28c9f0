"""What pages, API and feeds ask of the record: one snapshot of it, one filter, and read models that are ready to be shown."""
