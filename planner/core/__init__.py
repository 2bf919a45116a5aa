"""The mathematics that all planners share: model, proposal, resampling, particles, genealogy, and what a decision is. Pure JAX."""
