"""The mathematics that all planners share: model, proposal, resampling, particles, genealogy and the decision at the root. Pure JAX."""
