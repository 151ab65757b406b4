"""The sample appeals of the demo city: invented texts, planted patterns, credible lifecycles."""
