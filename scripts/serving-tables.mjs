// Writes the tables of docs/serving.md from the settings and the failures; build first.
import { readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../dist/cli/serve-settings.js'
import { FAILURES } from '../dist/server/failures/index.js'
import { table, withTablesIn } from './document-tables.mjs'

const DOCUMENT = new URL('../docs/serving.md', import.meta.url)

/** The tables, by the name of their place in the document. */
const tables = {
  settings: table(
    ['flag', 'variable', 'default', 'what it is'],
    SETTINGS.map(({ flag, variable, default: value, description }) => [
      `\`--${flag}\``,
      `\`${variable}\``,
      value === '' ? '' : `\`${value}\``,
      description,
    ]),
  ),
  failures: table(
    ['status', 'code', 'TEI’s error_type', 'cause'],
    Object.entries(FAILURES).map(([code, { status, teiType, cause }]) => [
      String(status),
      `\`${code}\``,
      `\`${teiType}\``,
      cause,
    ]),
  ),
}

/** The document with its tables as they should be. */
export function withTables(text) {
  return withTablesIn(text, tables)
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8')))
}
