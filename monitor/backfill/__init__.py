"""History rebuilt from archives of news: WARC files, JSONL, folders, sitemaps; read on Dask, recorded in silence.

    SOURCE... -plan-> Part -read_part-> PartResult -keep-> state/backfill/parts -record-> ledger, report, Parquet

`read_part` is a pure function of the bytes of a part and of this program, so a part may be read again at any time,
by any worker.
"""
