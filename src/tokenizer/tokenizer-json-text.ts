import { bertNormalizerOf } from './tokenizer-class.ts'
import { readTokenizerConfig } from './tokenizer-config.ts'
import { readVocabulary } from './vocabulary-file.ts'

/**
 * The `tokenizer.json` of a model folder, for programs that read nothing else: the folder's own, or
 * one written from its `vocab.txt` in the form of Hugging Face tokenizers.
 */
export function tokenizerJsonText(files: ReadonlyMap<string, string>): string {
  const own = files.get('tokenizer.json')
  if (own !== undefined) return own
  const config = readTokenizerConfig(files)
  const vocabulary = readVocabulary(files.get('vocab.txt') ?? '')
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]))
  const special = [
    config.pad_token?.content ?? '[PAD]',
    config.unk_token?.content ?? '[UNK]',
    config.cls_token?.content ?? '[CLS]',
    config.sep_token?.content ?? '[SEP]',
    config.mask_token?.content ?? '[MASK]',
  ]
  const [, unknown, opening, closing] = special
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.flatMap((piece) => addedToken(piece, ids.get(piece))),
    normalizer: bertNormalizerOf(config),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'BertProcessing',
      sep: [closing, ids.get(closing ?? '')],
      cls: [opening, ids.get(opening ?? '')],
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  })
}

function addedToken(content: string, id: number | undefined) {
  if (id === undefined) return []
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false }
  return [{ id, content, ...flags, special: true }]
}
