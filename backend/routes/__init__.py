"""HTTP routes: a thin layer over engine, sessions and link."""
