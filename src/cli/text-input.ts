import type { ParsedArgs } from 'citty'
import { readTexts, TEXT_FORMATS, type TextFormat } from '../files/index.ts'
import { given } from '../options/index.ts'
import { columnOf } from './columns.ts'
import { UsageError } from './command-line.ts'
import type { Shell } from './shell.ts'

const FORMATS: TextFormat[] = [...TEXT_FORMATS]

/** Where texts come from. */
export const INPUT_FLAGS = {
  input: {
    type: 'string',
    valueHint: 'file',
    description: `Texts from .${FORMATS.join(', .')} (all but parquet also .gz), or - for stdin`,
  },
  column: {
    type: 'string',
    valueHint: 'name|n',
    description:
      'The column of texts. In csv and tsv a name means a header row, an index from 0 none',
  },
  format: {
    type: 'enum',
    options: FORMATS,
    description: 'The format of --input (default: what its name says; of stdin: txt)',
  },
} as const

/** Texts to be worked on, and how many, where that is known beforehand. */
export interface InputTexts {
  readonly texts: Iterable<string> | AsyncIterable<string>
  readonly total: number | undefined
}

/**
 * @param texts those of the command line. Default: all its words
 * @throws UsageError when there are neither TEXTs nor a file, or both.
 */
export function inputTexts(
  args: ParsedArgs<typeof INPUT_FLAGS>,
  shell: Shell,
  texts: readonly string[] = args._,
): InputTexts {
  const { input, column, format } = args
  if (input === undefined) {
    if (texts.length === 0) throw new UsageError('no texts were given; name some, or an --input')
    if (column !== undefined || format) throw new UsageError('--column and --format need --input')
    return { texts, total: texts.length }
  }
  if (texts.length > 0) throw new UsageError('texts come as arguments or from --input, not both')
  const options = given({ column: columnOf(column), format })
  if (input !== '-') return { texts: readTexts(input, options), total: undefined }
  const source = { name: 'standard input', bytes: shell.input() }
  return { texts: readTexts(source, { format: 'txt', ...options }), total: undefined }
}
