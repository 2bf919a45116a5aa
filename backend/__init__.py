"""The service: sessions, plans and the live link, over HTTP and WebSocket. All state is built by `create_app`."""
