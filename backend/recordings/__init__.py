"""Recordings: the frames of sessions, kept on disk. `file` is the format, `writer` keeps frames, `library` is the folder of all of them."""
