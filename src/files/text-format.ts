import { InputError } from '../errors/index.ts'

/** The kinds of file texts are read from. */
export const TEXT_FORMATS = ['txt', 'jsonl', 'json', 'tsv', 'csv', 'parquet'] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

/**
 * The format a file's name tells: its extension, in front of `.gz` where the file is compressed.
 * @throws InputError for an extension that says nothing.
 */
export function textFormatOf(path: string): TextFormat {
  const extension = path.replace(/\.gz$/i, '').split('.').at(-1)?.toLowerCase()
  const format = TEXT_FORMATS.find((candidate) => candidate === extension)
  if (format) return format
  throw new InputError(
    'input-format-unknown',
    `the name of ${path} does not tell its format; give the format: ${TEXT_FORMATS.join(', ')}`,
    { facts: { path, formats: TEXT_FORMATS } },
  )
}
