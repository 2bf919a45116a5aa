"""Counters of the service, for Prometheus. Each app has its own registry, so that several apps can run in one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.plans = Counter("twistscope_plans_total", "Plans made.", registry=self.registry)
        self.plan_seconds = Histogram(
            "twistscope_plan_seconds",
            "Time of a plan on the device.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
            registry=self.registry,
        )
        self.workers = Gauge("twistscope_workers", "Processes that plan.", registry=self.registry)
        self.sessions = Gauge("twistscope_sessions", "Sessions open.", registry=self.registry)
        self.viewers = Gauge("twistscope_viewers", "Viewers connected.", registry=self.registry)
        self.frames = Counter("twistscope_frames_sent_total", "Frames sent to viewers.", registry=self.registry)
        self.bytes = Counter("twistscope_frame_bytes_total", "Bytes of frames sent to viewers.", registry=self.registry)
        self.skipped = Counter("twistscope_frames_skipped_total", "Frames skipped for slow viewers.", registry=self.registry)

    def planned(self, milliseconds: float) -> None:
        """Count one plan."""
        self.plans.inc()
        self.plan_seconds.observe(milliseconds / 1e3)
