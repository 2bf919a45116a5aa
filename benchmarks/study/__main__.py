"""Run the study, or write its report again from the data.

    python -m benchmarks.study [--quick] [--report] [--out docs] [--subjects deepsea cartpole] [--parts A B]

Cells that are already in OUT/study.json are not measured again.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from backend.engine.cache import use_compilation_cache
from benchmarks.kept_data import refuse
from benchmarks.study.measures import Runner
from benchmarks.study.parts import FEW_SEEDS, cases, measure_case
from benchmarks.study.report import write_report
from benchmarks.study.subjects import SUBJECTS, Subject

SEEDS = 100
Data = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two seeds, to test that everything runs")
    parser.add_argument("--report", action="store_true", help="only tables and figures, from the data")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--subjects", nargs="+", default=list(SUBJECTS), choices=list(SUBJECTS))
    parser.add_argument("--parts", nargs="+", default=list("ABCDE"), choices=list("ABCDE"))
    parser.add_argument("--cache", type=Path, help="where compiled programs are kept")
    options = parser.parse_args()
    if options.cache:
        use_compilation_cache(options.cache)
    if not options.report:
        collect(options.out / "study.json", options.subjects, options.parts, 2 if options.quick else SEEDS)
    write_report(options.out)


def collect(path: Path, subjects: list[str], parts: list[str], seeds: int) -> None:
    """Measure the missing cells, one subject after the other, and write the data after every cell."""
    empty = {"seeds": seeds, "few_seeds": min(seeds, FEW_SEEDS), "seconds": 0, "subjects": {}, "cells": {}}
    try:
        data = json.loads(path.read_text("utf-8")) if path.exists() else empty
        seen = data["seeds"]
    except (OSError, ValueError, KeyError, TypeError):
        refuse(f"{path} is no data of a study; remove it or choose another --out")
    if seen != seeds:
        refuse(f"{path} has {seen} seeds, this run {seeds}; remove it or choose another --out")
    for name in subjects:
        subject = SUBJECTS[name]()
        data["subjects"][name] = describe(subject)
        runners = {False: Runner(subject, seeds), True: Runner(subject, data["few_seeds"])}
        wanted = [case for case in cases(subject) if case.part in parts and case.key not in data["cells"]]
        for number, case in enumerate(wanted, 1):
            started = time.perf_counter()
            data["cells"][case.key] = measure_case(case, runners[case.few])
            spent = time.perf_counter() - started
            data["seconds"] = round(data["seconds"] + spent, 1)
            write(path, data)
            print(f"{number}/{len(wanted)} {case.key}: {spent:.1f} s", file=sys.stderr, flush=True)


def describe(subject: Subject) -> Data:
    """Description of a subject for the report: its settings, and the regret at each root of the prior, the posterior and each source's greedy Q."""
    optimal = np.asarray(subject.answer.optimal_q, float)
    gap = optimal.max(axis=1, keepdims=True) - optimal
    regret = {"prior": (subject.prior * gap).sum(axis=1), "posterior": (np.asarray(subject.answer.posterior, float) * gap).sum(axis=1)}
    for source, params in subject.sources.items():
        qvalues = np.asarray(jax.vmap(subject.model.evaluate, in_axes=(None, 0))(params, subject.roots).qvalues)
        regret[f"greedy {source}"] = gap[np.arange(len(gap)), qvalues.argmax(axis=1)]
    known = {name: [float(f"{value:.3e}") for value in values] for name, values in regret.items() if np.isfinite(values).all()}
    return {"title": subject.title, "depth": subject.depth, **subject.settings, "sources": list(subject.sources), "regret": known}


def write(path: Path, data: Data) -> None:
    """Write the data, one line for each cell. The file is replaced atomically, so that an interruption leaves a complete file."""
    head = {name: value for name, value in data.items() if name != "cells"}
    cells = ",\n".join(f"{json.dumps(key)}:{json.dumps(cell, separators=(',', ':'))}" for key, cell in data["cells"].items())
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(head)[:-1] + ',\n"cells":{\n' + cells + "\n}}\n", "utf-8")
    scratch.replace(path)


if __name__ == "__main__":
    main()
