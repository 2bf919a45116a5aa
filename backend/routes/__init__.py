"""HTTP routes: thin; what they do is in engine, sessions and stream."""
