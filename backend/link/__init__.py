"""The live link: one WebSocket on one session, its frames, and the messages that wait for each viewer."""
