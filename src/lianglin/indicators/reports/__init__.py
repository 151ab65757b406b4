"""Official reports: declared in manifests, counted as their asker, edited by a person, frozen when they are issued."""
