"""Reading: what records can tell: their steps, tables and figures, two of them side by side."""
