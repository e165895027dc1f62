import { expect, test } from 'vitest'
import { markdownTable, textTable } from './index.ts'

const table = {
  title: 'Scores',
  columns: ['模型', 'a'],
  rows: [
    ['student', '1.5'],
    ['师', '12.25'],
  ],
}

test('a text table is aligned, wide characters counted as two', () => {
  expect(textTable(table)).toBe(
    ['Scores', '模型         a', 'student    1.5', '师       12.25'].join('\n'),
  )
})

test('Markdown escapes what would end a cell', () => {
  const odd = { ...table, rows: [['a|b', 'c\nd']] }
  expect(markdownTable(odd)).toBe('## Scores\n\n| 模型 | a |\n|---|---:|\n| a\\|b | c d |')
})
