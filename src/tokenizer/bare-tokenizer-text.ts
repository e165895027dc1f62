import { asLoadedByClass } from './tokenizer-class.ts'
import { readTokenizerConfig } from './tokenizer-config.ts'
import { readTokenizerJson } from './tokenizer-json.ts'
import { tokenizerJsonText } from './tokenizer-json-text.ts'

/**
 * A `tokenizer.json` that cuts texts into the pieces a model folder's tokenizer does, with nothing
 * else to be read beside it: without special pieces, padding or a limit.
 * @param lowercase whether texts are lower-cased first
 */
export function bareTokenizerText(
  files: ReadonlyMap<string, string>,
  { lowercase }: { readonly lowercase: boolean },
): string {
  const text = tokenizerJsonText(files)
  const { normalizer, pre_tokenizer: preTokenizer } = asLoadedByClass(
    readTokenizerJson(text),
    readTokenizerConfig(files),
  )
  const lowering = { type: 'Lowercase' }
  const normalizers = [...(lowercase ? [lowering] : []), ...(normalizer ? [normalizer] : [])]
  return JSON.stringify({
    ...JSON.parse(text),
    truncation: null,
    padding: null,
    normalizer:
      normalizers.length > 1 ? { type: 'Sequence', normalizers } : (normalizers[0] ?? null),
    pre_tokenizer: preTokenizer ?? null,
    post_processor: null,
  })
}
