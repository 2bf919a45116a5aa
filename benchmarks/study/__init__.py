"""Study of the planners' quality against exact answers: `python -m benchmarks.study`. Its results are in docs/study.md.

`subjects` defines environments, states to plan from, sources of values and exact answers. `measures` reduces many plans to a few numbers. `parts`
defines the comparisons A to E. `statistics` computes intervals over states. `report` and `figures` write tables and figures.
"""
