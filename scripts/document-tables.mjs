// Tables of Markdown, and their places in a document.

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)))
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/**
 * The document with tables put between `<!-- NAME: … -->` and `<!-- end -->`.
 * @param {string} text @param {Readonly<Record<string, string>>} tables by the name of their place
 */
export function withTablesIn(text, tables) {
  return Object.entries(tables).reduce((current, [name, rows]) => {
    const place = new RegExp(`(<!-- ${name}:[^>]*-->\\n)[\\s\\S]*?(<!-- end -->)`)
    return current.replace(place, (_, start, end) => `${start}\n${rows}\n\n${end}`)
  }, text)
}
