"""What a community may be asked to do (社区工作事项清单): dated, with its basis."""
