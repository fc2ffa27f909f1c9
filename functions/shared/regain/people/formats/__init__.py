"""Files of people, whichever tool wrote them: one small reader for each shape, found by its headings.

`sheet.read` opens a file. `encoding` finds how its text is written, `delimited` and `ldif` how its records are,
`headings` which tool's shape it has; the tools' shapes are in `microsoft`, `active_directory`, `google`, `okta`,
`cognito` and `regain`.
"""
