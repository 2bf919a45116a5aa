"""Does the steps of a lesson as a learner would, with the keyboard alone. Only what the page shows tells whether a task is done."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, TimeoutError

LIVE = "window.twistscope?.showing === 'live' && ['idle', 'ended'].includes(window.twistscope.phase)"
DONE = "key => document.querySelector(`[data-task='${key}']`).hasAttribute('data-done')"
LAYOUTS = 3


class Learner:
    """A learner in front of one page with a lesson."""

    def __init__(self, page: Page, lesson: dict[str, Any]):
        self.page, self.lesson = page, lesson

    def begin(self) -> None:
        self.page.wait_for_selector(f"#lesson [data-step={self.lesson['steps'][0]['id']}]")
        self.arrive(self.lesson["steps"][0])

    def arrive(self, step: dict[str, Any]) -> None:
        """Wait until the moment of a step is shown."""
        self.page.wait_for_function("id => new URLSearchParams(location.search).get('at') === id", arg=step["id"])
        self.page.wait_for_function(LIVE, timeout=90_000)
        self.page.wait_for_function("() => !document.querySelector('#lesson').hasAttribute('data-arriving')", timeout=60_000)

    def do(self, step: dict[str, Any]) -> None:
        """Answer the predictions of a step, then do its tasks."""
        for prediction in step["predictions"]:
            self.predict(prediction)
        for index, task in enumerate(step["tasks"]):
            self.perform(task, f"{step['id']}/{index}")
        self.page.wait_for_selector(".lesson-next[data-ready]")

    def next(self) -> None:
        self.page.keyboard.press("PageDown")

    def predict(self, prediction: dict[str, Any]) -> None:
        place = f"[data-prediction={prediction['id']}]"
        page = self.page
        if prediction.get("choose"):
            page.focus(f"{place} input >> nth=0")
            page.keyboard.press("Space")
            # The wrong ones are as good an answer as the right one.
            page.keyboard.press("ArrowDown")
        elif prediction.get("sketch"):
            page.focus(f"{place} svg")
            for _ in prediction["sketch"]["truth"]:
                page.keyboard.press("ArrowUp")
                page.keyboard.press("ArrowRight")
        page.focus(f"{place} .prediction-reveal")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{place}[data-done] .prediction-truth:visible")

    def perform(self, task: dict[str, Any], key: str) -> None:
        kind = next(name for name in KINDS if name in task)
        KINDS[kind](self, task, key)
        try:
            self.page.wait_for_function(DONE, arg=key, timeout=90_000)
        except TimeoutError:
            raise AssertionError(f"not done: {task['say']}") from None
        self.page.wait_for_function(LIVE, timeout=90_000)

    def done(self, key: str) -> bool:
        """True where a task is done once what was pressed is drawn."""
        self.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        return self.page.evaluate(DONE, key)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def leave(self) -> None:
        """Keys of the pictures are heard where no control has its own use for them."""
        self.page.evaluate("document.activeElement?.blur()")

    def setting(self, task: dict[str, Any], key: str) -> None:
        page, name = self.page, task["setting"]
        page.focus(f"[data-task='{key}'] .task-knob")
        page.keyboard.press("Enter")
        page.wait_for_function("name => !!document.activeElement.closest(`[data-knob='${name}']`)", arg=name)
        kind = page.evaluate(
            "document.activeElement.tagName === 'SELECT' ? 'choice' : document.activeElement.type === 'checkbox' ? 'switch' : 'slider'"
        )
        if kind == "switch":
            page.keyboard.press("Space")
        elif kind == "choice":
            wanted = task.get("is", task.get("at_least", task.get("at_most")))
            self.choose(str(wanted).replace("_", " ") if isinstance(wanted, str) else f"{wanted:g}")
        else:
            self.slide(task)
        page.wait_for_function(DONE, arg=key, timeout=90_000)
        self.leave()
        # On a narrow page the knobs lie over the pictures.
        if page.locator("body[data-drawer]").count():
            page.keyboard.press("Escape")

    def slide(self, task: dict[str, Any]) -> None:
        """Move the slider that has the focus to the end that a task asks for; type a value between."""
        if "is" not in task and not {"at_least", "at_most"} <= task.keys():
            self.press("End" if "at_least" in task else "Home")
            return
        self.page.keyboard.type(f"{task['is'] if 'is' in task else (task['at_least'] + task['at_most']) / 2:g}")
        self.press("Enter")

    def planner(self, task: dict[str, Any], key: str) -> None:
        title = self.page.locator(f"#planner option[value={task['planner']}]").inner_text()
        self.page.focus("#planner")
        self.choose(title)
        self.leave()

    def choose(self, option: str) -> None:
        """Type the name of an option of the list that has the focus; again where a slow list took two letters for two names."""
        chosen = "document.activeElement.selectedOptions[0].text"
        for _ in range(10):
            self.page.keyboard.type(option)
            if self.page.evaluate(chosen) == option:
                return
            self.page.wait_for_timeout(1500)
        raise AssertionError(f"{option} is not chosen, but {self.page.evaluate(chosen)}")

    def level(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        self.press("Home")
        for _ in range(128):
            if self.done(key):
                return
            self.press("ArrowRight")

    def select(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        page = self.page
        if task["select"] == "action":
            for _ in range(70):
                self.press("a")
                if self.done(key):
                    return
            return
        self.press("End")
        for _ in range(page.evaluate("window.twistscope.lastFrame.depth")):
            self.press("k")
            for direction in ("k", "j"):
                for _ in range(0 if task["select"] in ("particle", "heaviest") else page.evaluate("window.twistscope.lastFrame.particles")):
                    if page.evaluate(DONE, key):
                        return
                    self.press(direction)
            if self.done(key):
                return
            self.press("ArrowLeft")

    def layout(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        for _ in range(LAYOUTS):
            self.press("g")
            self.page.wait_for_timeout(700)
            if self.done(key):
                return

    def step(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        for _ in range(100):
            if self.done(key):
                return
            before = self.page.evaluate("window.twistscope.step")
            self.press("Shift+ArrowRight")
            self.page.wait_for_function("before => window.twistscope.step > before", arg=before, timeout=60_000)
            self.page.wait_for_function(LIVE, timeout=60_000)

    def intervene(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        if self.page.evaluate("window.twistscope.selection?.slot === undefined"):
            self.press("Home", "k")
        self.page.wait_for_selector(".what-if-buttons:visible")
        if task["intervene"] == "weigh":
            self.page.focus(".what-if-weight")
            self.page.keyboard.type("3")
            self.press("Enter")
            self.leave()
            return
        if task["intervene"] == "force":
            self.page.focus(".what-if-force")
            self.press("ArrowDown")
            self.leave()
            return
        name = {"redraw": "draw anew"}.get(task["intervene"], "kill")
        button = self.page.locator(".what-if-buttons").get_by_role("button", name=name)
        button.focus()
        self.press("Enter")
        self.leave()

    def chosen(self, task: dict[str, Any], key: str) -> None:
        """Follows from other tasks of the step."""

    def pin(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        self.press("p")

    def open(self, task: dict[str, Any], key: str) -> None:
        self.leave()
        keys = {"share": "l", "help": "?", "race": "c", "film": "m", "comparison": "p"}
        buttons = {"why": ".panel-why .why-more", "seeds": ".seeds-plan", "sweep": ".sweep-sweep", "timeline": ".timeline-toggle"}
        if task["open"] in keys:
            self.press(keys[task["open"]])
        else:
            self.page.focus(buttons[task["open"]])
            self.press("Enter")
        self.page.wait_for_function(DONE, arg=key, timeout=90_000)
        if task["open"] in ("share", "help", "race", "film"):
            self.press("Escape")
            self.page.wait_for_function("() => !document.querySelector('dialog[open]')")


KINDS = {
    "setting": Learner.setting, "planner": Learner.planner, "select": Learner.select, "level": Learner.level, "layout": Learner.layout,
    "step": Learner.step, "intervene": Learner.intervene, "chosen": Learner.chosen, "pin": Learner.pin, "open": Learner.open,
}  # fmt: skip
