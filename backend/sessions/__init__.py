"""Sessions: one episode each (`session`), and all of the process (`all`)."""
