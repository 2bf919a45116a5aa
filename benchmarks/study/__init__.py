"""How well the planners plan, against exact answers: `python -m benchmarks.study`; what was found is in docs/study.md.

Subjects are environments, the states planned from, who judges values there, and what is true of them; measures make a few numbers of many plans;
parts A to E say what is compared with what; statistics gives intervals over states; the report draws figures and writes tables.
"""
