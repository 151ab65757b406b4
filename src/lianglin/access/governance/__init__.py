"""Who governs the city's rights and records: three offices apart, changes by two people, help, break-glass, the audit's upkeep."""
