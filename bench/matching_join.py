"""The full outer join of two tables by serial in DuckDB: counts and sums of five classes.

Columns have the types that it finds, which is faster for it than serials as text.

Usage: matching_join.py OURS THEIRS
"""

import json
import sys

import duckdb

OURS, THEIRS = sys.argv[1:3]
rows = duckdb.connect().execute(f"""
    SELECT CASE
             WHEN theirs.amount_fen IS NULL THEN 'OURS_ONLY'
             WHEN ours.amount_fen IS NULL THEN 'PARTNER_ONLY'
             WHEN ours.status <> theirs.status THEN 'STATUS_DIFF'
             WHEN ours.amount_fen <> theirs.amount_fen THEN 'AMOUNT_DIFF'
             ELSE 'MATCHED' END AS class,
           count(*), sum(ours.amount_fen), sum(theirs.amount_fen)
      FROM read_csv('{OURS}', header = true) AS ours
      FULL OUTER JOIN read_csv('{THEIRS}', header = true) AS theirs
        ON ours.serial = theirs.serial
     GROUP BY class""").fetchall()
print(json.dumps({row[0]: row[1] for row in rows}))
