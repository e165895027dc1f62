import stringWidth from 'string-width'

/** Texts in rows and columns. The first column is set left, the others right, as numbers are. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A table for a terminal or a plain text: columns padded, Chinese characters two columns wide. */
export function textTable({ title, columns, rows }: Table): string {
  const all = [columns, ...rows]
  const widths = columns.map((_, column) =>
    Math.max(...all.map((cells) => stringWidth(cells[column] ?? ''))),
  )
  const lines = all.map((cells) => {
    const padded = widths.map((width, column) => pad(cells[column] ?? '', width, column > 0))
    return padded.join('  ').trimEnd()
  })
  return [title, ...lines].join('\n')
}

function pad(cell: string, width: number, toRight: boolean): string {
  const space = ' '.repeat(width - stringWidth(cell))
  return toRight ? space + cell : cell + space
}

/** A table in GitHub's Markdown, under a heading. */
export function markdownTable({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  const rule = `|${columns.map((_, column) => (column > 0 ? '---:' : '---')).join('|')}|`
  return [`## ${title}`, '', line(columns), rule, ...rows.map(line)].join('\n')
}
