"""The report: tables, written between the marks of docs/study.md, and figures."""

import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.study.data import ALL, Data
from benchmarks.study.figures import draw_all
from benchmarks.study.parts import ALPHAS, BUDGETS, LEVELS, PLANNERS, ROOT_SAMPLINGS, RULES, SLOW_TREE, TREE_BUDGETS, TWISTS
from benchmarks.study.statistics import Interval
from planner import get_planner

TEMPLATE = Path(__file__).resolve().parents[2] / "docs" / "study.md"
SOURCES = ("exact", "noisy", "trained")
WHEN = {"ess": "at low ESS", "period": "every level"}
MARK = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
Row = Iterable[str]


def write_report(out: Path) -> None:
    """Write figures and tables from OUT/study.json. The text around the tables is that of OUT/study.md, or of docs/study.md if it does not exist."""
    data = Data.read(out / "study.json")
    draw_all(data, out / "images")
    page = out / "study.md"
    text = (page if page.exists() else TEMPLATE).read_text("utf-8")
    page.write_text(fill(text, data), "utf-8")


def fill(text: str, data: Data) -> str:
    """Replace every marked table of a text.

    Raises:
      KeyError: a mark names an unknown table.
    """
    return MARK.sub(lambda match: match[1] + TABLES[match[2]](data) + match[3], text)


def table(head: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    line = lambda cells: "| " + " | ".join(cells) + " |\n"
    head = list(head)
    return line(head) + line(["---"] * len(head)) + "".join(line(row) for row in rows)


def number(value: float) -> str:
    """A number with two digits; rounding residues become 0."""
    if abs(value) < 5e-9:
        return "0"
    return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"


def shown(found: Interval | None) -> str:
    """A mean and its interval."""
    return "" if found is None else f"{number(found.mean)} [{number(found.low)}, {number(found.high)}]"


def marked(found: Interval | None) -> str:
    """A difference and its interval, in bold where the interval does not contain 0."""
    if found is None:
        return ""
    return f"**{shown(found)}**" if found.sign else shown(found)


def subjects_table(data: Data) -> str:
    names = ["prior", "posterior", *(f"greedy {source}" for source in SOURCES)]
    rows = []
    for name, subject in data.subjects.items():
        references = [data.reference(name, reference) for reference in names]
        settings = [f"{subject['reward_temperature']:g}", f"{subject['discount']:g}", str(subject["depth"])]
        rows.append([subject["title"], *settings, *("" if value is None else number(value) for value in references)])
    head = ["", "tau", "gamma", "T", "prior", "exact posterior", *(f"greedy on {source} Q" for source in SOURCES)]
    return table(head, rows)


def planners_table(name: str, data: Data) -> str:
    """A: from the smallest budget to the largest."""
    rows = []
    for subject, about in data.subjects.items():
        for planner in PLANNERS:
            steps = [*TREE_BUDGETS, SLOW_TREE] if planner == "gumbel_mcts" else BUDGETS
            cells = []
            for source in SOURCES:
                first, last = (data.interval(f"A {subject} {source} {planner} {n}", name) for n in (steps[0], steps[-1]))
                cells.append("" if first is None else f"{number(first.mean)} → {shown(last)}")
            if any(cells):
                rows.append([about["title"], get_planner(planner).title, *cells])
    return table(["", "planner", *(f"{source} values" for source in SOURCES)], rows)


def rivals_table(data: Data) -> str:
    """A: TRT-SMC minus the others, at the same states and the largest common budget."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            cells = []
            for planner in PLANNERS[1:]:
                steps = SLOW_TREE if planner == "gumbel_mcts" else BUDGETS[-1]
                cells.append(marked(data.difference(f"A {subject} {source} trt_smc {steps}", f"A {subject} {source} {planner} {steps}", "regret")))
            rows.append([about["title"], source, *cells])
    return table(["", "values", *(get_planner(planner).title for planner in PLANNERS[1:])], rows)


def messages_table(data: Data) -> str:
    """D, claim 1: `message` against `surviving`."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            for depth in LEVELS:
                key = f"D {subject} {source} {depth}"
                counts = [data.interval(key, name) for name in ("lineages", "surviving_positive", "message_positive")]
                differences = [data.difference(key, key, f"message_{name}", f"surviving_{name}") for name in ("regret", "kl")]
                rows.append([about["title"], source, str(depth), *(number(c.mean) if c else "" for c in counts), *map(marked, differences)])
    head = ["", "values", "T", "root slots left", "actions left, surviving", "actions left, message"]
    return table([*head, "regret, message minus surviving", "KL, message minus surviving"], rows)


def twisting_table(data: Data) -> str:
    """E, claim 2: effect of twisting on the log-evidence."""
    rows = []
    base, *others = TWISTS
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            key = f"E {subject} {source}"
            differences = [data.difference(f"{key} {twist}", f"{key} {base}", "log_evidence_sd") for twist in others]
            rows.append([about["title"], source, shown(data.interval(f"{key} {base}", "log_evidence_sd")), *map(marked, differences)])
    return table(["", "values", "deviation from the prior alone", "trust region minus prior alone", "no trust region minus prior alone"], rows)


def evidence_table(data: Data) -> str:
    """E: ratio of estimated to exact evidence."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            cells = [data.interval(f"E {subject} {source} {twist}", "evidence_ratio") for twist in TWISTS]
            if any(cells):
                rows.append([about["title"], source, *map(shown, cells)])
    return table(["", "values", "prior alone", "trust region", "no trust region"], rows)


def alphas_table(name: str, data: Data) -> str:
    """B, a measure against alpha."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            for sampling in ROOT_SAMPLINGS:
                cells = [data.interval(f"B {subject} {source} {sampling} {alpha}", name) for alpha in ALPHAS]
                if any(cells):
                    rows.append([about["title"], source, sampling, *(number(c.mean) if c else "" for c in cells)])
    return table(["", "values", "root", *(f"{alpha:g}" for alpha in ALPHAS)], rows)


def trust_table(data: Data) -> str:
    """B, claim 3: changes from alpha 0 to 0.1, and from 0.1 to 1."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            for sampling in ROOT_SAMPLINGS:
                key = f"B {subject} {source} {sampling}"
                pairs = ((0.1, 0.0, "regret"), (0.1, 0.0, "log_evidence_sd"), (1.0, 0.1, "regret"), (1.0, 0.1, "kl"))
                cells = [marked(data.difference(f"{key} {high}", f"{key} {low}", name)) for high, low, name in pairs]
                rows.append([about["title"], source, sampling, *cells])
    head = ["", "values", "root", "regret, 0.1 minus 0", "deviation of log-evidence, 0.1 minus 0", "regret, 1 minus 0.1", "KL, 1 minus 0.1"]
    return table(head, rows)


def revival_table(data: Data) -> str:
    """C, claim 4; of CartPole only the states near the end of an episode."""
    rows = []
    for subject, about in data.subjects.items():
        roots, title = (slice(1, None, 2), f"{about['title']}, near the end") if subject == "cartpole" else (ALL, about["title"])
        for source in data.sources(subject):
            for rule in RULES:
                off, on = (f"C {subject} {source} {rule} {revive}" for revive in ("off", "on"))
                shares = []
                for name in ("living", "steps"):
                    found = [data.per_root(key, name) for key in (off, on)]
                    shares.append(" → ".join(f"{values[roots].mean():.2f}" for values in found if values is not None))
                differences = [marked(data.difference(on, off, name, roots=roots)) for name in ("regret", "kl")]
                rows.append([title, source, WHEN[rule], *shares, *differences])
    head = ["", "values", "resampled", "alive at the end, off → on", "share of steps used, off → on", "regret, on minus off", "KL, on minus off"]
    return table(head, rows)


def verdicts_table(data: Data) -> str:
    """Number of comparisons, over all subjects and sources, whose interval is below 0, above 0, or contains 0."""
    places = [(subject, source) for subject in data.subjects for source in data.sources(subject)]

    def messages(name: str) -> list[Interval | None]:
        keys = [f"D {subject} {source} {depth}" for subject, source in places for depth in LEVELS]
        return [data.difference(key, key, f"message_{name}", f"surviving_{name}") for key in keys]

    def pairs(part: str, one: str, other: str, name: str) -> list[Interval | None]:
        return [data.difference(f"{part} {subject} {source} {one}", f"{part} {subject} {source} {other}", name) for subject, source in places]

    bootstrap, trust, no_trust = TWISTS
    deviation = "log_evidence_sd"
    claims = [
        ("1", "KL, message minus surviving", messages("kl")),
        ("1", "regret, message minus surviving", messages("regret")),
        ("2", "deviation of the log-evidence, trust region minus prior alone", pairs("E", trust, bootstrap, deviation)),
        ("2", "deviation of the log-evidence, no trust region minus prior alone", pairs("E", no_trust, bootstrap, deviation)),
        ("2", "deviation of the log-evidence, trust region minus none", pairs("E", trust, no_trust, deviation)),
        ("3", "KL, alpha 0.1 minus alpha 0", pairs("B", "stratified 0.1", "stratified 0.0", "kl")),
        ("3", "KL, alpha 1 minus alpha 0.1", pairs("B", "stratified 1.0", "stratified 0.1", "kl")),
        ("3", "regret, alpha 0.1 minus alpha 0", pairs("B", "stratified 0.1", "stratified 0.0", "regret")),
        ("3", "regret, alpha 1 minus alpha 0.1", pairs("B", "stratified 1.0", "stratified 0.1", "regret")),
        *(("4", f"regret, revival on minus off, resampled {WHEN[rule]}", pairs("C", f"{rule} on", f"{rule} off", "regret")) for rule in RULES),
        *(("4", f"KL, revival on minus off, resampled {WHEN[rule]}", pairs("C", f"{rule} on", f"{rule} off", "kl")) for rule in RULES),
    ]
    rows = []
    for claim, what, differences in claims:
        signs = [difference.sign for difference in differences if difference is not None]
        rows.append([claim, what, *(str(signs.count(sign)) for sign in (-1, 1, 0))])
    return table(["claim", "difference", "below 0", "above 0", "undecided"], rows)


def evidence_of_revival_table(data: Data) -> str:
    """B and E, alpha 0.1: standard deviation of the log-evidence with and without revival."""
    rows = []
    for subject, about in data.subjects.items():
        for source in data.sources(subject):
            keys = (f"E {subject} {source} trust region", f"B {subject} {source} proposal 0.1")
            rows.append([about["title"], source, *(shown(data.interval(key, "log_evidence_sd")) for key in keys)])
    return table(["", "values", "revival off", "revival on"], rows)


TABLES = {
    "verdicts": verdicts_table,
    "evidence-of-revival": evidence_of_revival_table,
    "subjects": subjects_table,
    "regret": lambda data: planners_table("regret", data),
    "executed": lambda data: planners_table("executed", data),
    "q-error": lambda data: planners_table("q_error", data),
    "kl": lambda data: planners_table("kl", data),
    "rivals": rivals_table,
    "messages": messages_table,
    "twisting": twisting_table,
    "evidence": evidence_table,
    "alpha-regret": lambda data: alphas_table("regret", data),
    "alpha-kl": lambda data: alphas_table("kl", data),
    "alpha-ess": lambda data: alphas_table("ess", data),
    "alpha-deviation": lambda data: alphas_table("log_evidence_sd", data),
    "alpha-tried": lambda data: alphas_table("tried", data),
    "trust": trust_table,
    "revival": revival_table,
}
