"""Readers of people files, whichever tool wrote them.

`sheet.read` opens a file. `encoding` detects its encoding; `delimited` and `ldif` read its records; `headings` finds
the tool's shape from the headings and maps columns to fields. The shapes are in `microsoft`, `active_directory`,
`google`, `okta`, `cognito` and `regain`.
"""
