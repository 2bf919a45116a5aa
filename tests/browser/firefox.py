"""Firefox, driven over WebDriver BiDi: it speaks that itself, so neither a driver nor a patched browser is needed."""

import contextlib
import itertools
import json
import re
import shutil
import subprocess
import threading

from websockets.sync.client import connect

EXECUTABLE = shutil.which("firefox-esr") or shutil.which("firefox")
SECONDS = 120
# As WebDriver names keys that have no letter.
KEYS = {"PageDown": "\ue00f", "End": "\ue010", "ArrowLeft": "\ue012", "ArrowRight": "\ue014"}


class Firefox:
    """One window of a browser of its own.

    Args:
      profile: an empty folder.
    """

    def __init__(self, profile):
        self.numbers, self.errors = itertools.count(1), []
        with contextlib.ExitStack() as stack:
            command = [EXECUTABLE, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            said = []
            for line in process.stderr:
                said.append(line)
                if found := re.search(r"BiDi listening on (ws://\S+)", line):
                    break
            else:
                raise AssertionError(f"Firefox ended before it could be driven: {''.join(said[-5:])}")
            # What it says later must go somewhere.
            rest = threading.Thread(target=process.stderr.read, daemon=True)
            rest.start()
            stack.callback(rest.join)
            stack.callback(process.terminate)
            self.socket = stack.enter_context(connect(f"{found.group(1)}/session", max_size=None))
            self.send("session.new", capabilities={})
            self.send("session.subscribe", events=["log.entryAdded"])
            self.window = self.send("browsingContext.getTree")["contexts"][0]["context"]
            self.close = stack.pop_all().close

    def send(self, method, **params):
        """Send a command and return its result. Errors of the page that come meanwhile are kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=SECONDS))
            if message.get("method") == "log.entryAdded" and message["params"]["type"] == "javascript" and message["params"]["level"] == "error":
                self.errors.append(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, url):
        self.send("browsingContext.navigate", context=self.window, url=url, wait="interactive")

    def resize(self, width, height, scale=1):
        self.send("browsingContext.setViewport", context=self.window, viewport={"width": width, "height": height}, devicePixelRatio=scale)

    def evaluate(self, expression):
        """The value of an expression in the page, a primitive one; of a promise what it resolves to."""
        answer = self.send("script.evaluate", expression=expression, target={"context": self.window}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def wait_for(self, condition):
        self.evaluate(f"new Promise((resolve) => {{ const look = () => ({condition} ? resolve() : requestAnimationFrame(look)); look(); }})")

    def press(self, key):
        actions = [{"type": kind, "value": KEYS.get(key, key)} for kind in ("keyDown", "keyUp")]
        self.send("input.performActions", context=self.window, actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def screenshot(self):
        """The window as base64 of a PNG file."""
        return self.send("browsingContext.captureScreenshot", context=self.window)["data"]
