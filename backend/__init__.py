"""The service: sessions, plans and the live link, over HTTP and WebSocket. The only state is what `create_app` builds."""
