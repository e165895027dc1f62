import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { table, withTablesIn } from '../../../scripts/document-tables.mjs'
import { snakeCase } from '../../options/index.ts'
import { type DefinedLoss, LABEL_LOSSES, TEACHER_LOSSES } from './index.ts'

/** The options as recipes name them, with their defaults. */
function optionsOf({ options }: DefinedLoss): string {
  return Object.entries(options)
    .map(([name, field]) => {
      const value = field instanceof z.ZodDefault ? ` ${field.def.defaultValue}` : ''
      return `\`${snakeCase(name)}\`${value.replaceAll(',', ' ')}`
    })
    .join(', ')
}

const tables = {
  'label losses': table(
    ['name', 'options', 'data', '`duplicates`', 'what it does'],
    LABEL_LOSSES.map((loss) => [
      `\`${loss.name}\``,
      optionsOf(loss),
      loss.data ?? '',
      `\`${!loss.inBatchNegatives}\``,
      loss.summary,
    ]),
  ),
  'teacher losses': table(
    ['name', 'options', '`duplicates`', 'what it does'],
    TEACHER_LOSSES.map((loss) => [
      `\`${loss.name}\``,
      optionsOf(loss),
      `\`${!loss.inBatchNegatives}\``,
      loss.summary,
    ]),
  ),
}

// `npx vitest run src/train/losses/documents.test.ts -u` writes them.
test.each(['training', 'distilling'])('docs/%s.md says what losses there are', async (name) => {
  const path = `${import.meta.dirname}/../../../docs/${name}.md`
  await expect(withTablesIn(readFileSync(path, 'utf8'), tables)).toMatchFileSnapshot(path)
})
