import { loadTokenizer, type TokenizerOptions } from './load-tokenizer.ts'

/**
 * The `tokenizer.json` of a model folder, for programs that read nothing else: its own, changed to
 * what the files beside it make of it, or one written from its `vocab.txt`.
 */
export function tokenizerJsonText(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): string {
  return jsonOf(loadTokenizer(files, options).description)
}

/** As `tokenizerJsonText`, without special tokens around texts, padding or a limit. */
export function bareTokenizerText(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): string {
  const { description } = loadTokenizer(files, options)
  const bare = { truncation: null, padding: null, post_processor: null }
  return jsonOf({ ...description, ...bare })
}

/** The vocabulary of a `vocab.txt` is a map; JSON has objects. */
function jsonOf(description: object): string {
  return JSON.stringify(description, (_, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  )
}
