"""What a plan becomes once it is made: a record of arrays and metadata, its diagnostics and its drawing. Plain NumPy."""
