"""The live link: one WebSocket on one session, its frames, and what each viewer still has to be sent."""
