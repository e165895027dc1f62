// Writes the tables of docs/serving.md from the settings and the failures; build first.
import { readFileSync, writeFileSync } from 'node:fs'
import { SETTINGS } from '../dist/cli/serve/serve-settings.js'
import { FAILURES } from '../dist/server/index.js'

const DOCUMENT = new URL('../docs/serving.md', import.meta.url)

function table(head, rows) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)))
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

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
  return Object.entries(tables).reduce((current, [name, rows]) => {
    const place = new RegExp(`(<!-- ${name}:[^>]*-->\\n)[\\s\\S]*?(<!-- end -->)`)
    return current.replace(place, (_, start, end) => `${start}\n${rows}\n\n${end}`)
  }, text)
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8')))
}
