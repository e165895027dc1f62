import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CheckpointError, InputError } from '../errors/index.ts'
import { createTokenizer } from './create-tokenizer.ts'
import type { TokenizerOptions } from './load-tokenizer.ts'
import { tokenizerJsonText } from './load-tokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'

const fixtures = new URL('../../test/fixtures/', import.meta.url)
const bertFolder = new URL('models/tiny-bert-zh/', fixtures)
const e5Folder = new URL('../../../shared/models/e5-small-zh/', import.meta.url)
const hasE5 = existsSync(e5Folder)

const read = (name: string, folder: URL = fixtures) => readFileSync(new URL(name, folder), 'utf8')
const vocabulary = read('vocab.txt', bertFolder)
const bertJson = read('models/tiny-dense-normalize/tokenizer.json')

function filesOf(files: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const entries = Object.entries(files).map(([name, file]) => {
    return [name, typeof file === 'string' ? file : JSON.stringify(file)] as const
  })
  return new Map(entries)
}

function create(files: Readonly<Record<string, unknown>>, options?: TokenizerOptions): Tokenizer {
  return createTokenizer(filesOf(files), options)
}

/** The bert `tokenizer.json` with some parts replaced. */
function edited(parts: Readonly<Record<string, unknown>>) {
  return { 'tokenizer.json': { ...JSON.parse(bertJson), ...parts } }
}

function fromVocabulary(config: Readonly<Record<string, unknown>> = {}): Tokenizer {
  return create({ 'vocab.txt': vocabulary, 'tokenizer_config.json': config })
}

function tokensOf(tokenizer: Tokenizer, text: string): string[] {
  return tokenizer.tokens(tokenizer.encode(text).ids)
}

const bertFiles = ['vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json']
const subjects = [
  {
    name: 'vocab.txt of bert-base-chinese',
    golden: 'bert-base-chinese.json',
    skip: false,
    build: () =>
      create(Object.fromEntries(bertFiles.map((name) => [name, read(name, bertFolder)]))),
  },
  {
    name: 'tokenizer.json of bert-base-chinese',
    golden: 'bert-base-chinese.json',
    skip: false,
    build: () => create({ 'tokenizer.json': bertJson }),
  },
  {
    name: 'tokenizer.json of e5-small-zh (skipped where ../shared is missing)',
    golden: 'e5-small-zh.json',
    skip: !hasE5,
    build: () => create({ 'tokenizer.json': read('tokenizer.json', e5Folder) }),
  },
]

describe.each(subjects)('golden: $name', ({ golden, skip, build }) => {
  const { rows, pair_max8: pair } = JSON.parse(read(`tokenizer/${golden}`))

  it.skipIf(skip)('every row, whole and within 16 tokens', () => {
    const tokenizer = build()
    for (const row of rows) {
      const whole = tokenizer.encode(row.text)
      const short = tokenizer.encode(row.text, { maxLength: 16 })
      expect([...whole.ids], row.text).toEqual(row.ids)
      expect(tokenizer.tokens(whole.ids), row.text).toEqual(row.tokens)
      expect(whole.truncated).toBe(0)
      expect([...short.ids], row.text).toEqual(row.ids_max16)
      expect(short.truncated).toBe(row.ids.length - row.ids_max16.length)
    }
  })

  it.skipIf(skip)('the pair within 8 tokens', () => {
    const encoding = build().encodePair(pair.a, pair.b, { maxLength: 8 })
    expect([...encoding.ids]).toEqual(pair.ids)
    expect([...encoding.typeIds]).toEqual(pair.type_ids ?? pair.ids.map(() => 0))
    expect(encoding.truncated).toBeGreaterThan(0)
  })
})

describe.each(['tiny-bpe', 'tiny-unigram'])('golden: %s', (name) => {
  const { rows, pairs_max11: pairs } = JSON.parse(read(`tokenizer/${name}.json`))
  const tokenizer = create({ 'tokenizer.json': read(`tokenizer/${name}.tokenizer.json`) })

  it('every row', () => {
    for (const row of rows) {
      expect([...tokenizer.encode(row.text).ids], row.text).toEqual(row.ids)
    }
  })

  it('every pair within 11 tokens', () => {
    for (const { texts, ids, type_ids } of pairs) {
      const encoding = tokenizer.encodePair(texts[0], texts[1], { maxLength: 11 })
      expect([...encoding.ids], texts).toEqual(ids)
      expect([...encoding.typeIds], texts).toEqual(type_ids)
    }
  })
})

interface FamilyCase {
  readonly config: Readonly<Record<string, unknown>>
  readonly pad_id: number
  readonly ids: readonly (readonly number[])[]
  readonly ids_max16: readonly (readonly number[])[]
  readonly pairs_max11: readonly { readonly ids: number[]; readonly type_ids: number[] }[]
}

describe("golden: the tokenizers of today's families", () => {
  const { texts, families }: { texts: string[]; families: Record<string, FamilyCase> } = JSON.parse(
    read('tokenizer/families.json'),
  )

  it.each(Object.entries(families))('%s', (name, golden) => {
    const tokenizer = create({
      'tokenizer.json': read(`tokenizer/${name}.tokenizer.json`),
      'tokenizer_config.json': golden.config,
    })
    expect(tokenizer.padId).toBe(golden.pad_id)
    for (const [index, text] of texts.entries()) {
      const within = tokenizer.encode(text, { maxLength: 16 })
      expect([...tokenizer.encode(text).ids], text).toEqual(golden.ids[index])
      expect([...within.ids], text).toEqual(golden.ids_max16[index])
    }
    for (const [index, expected] of golden.pairs_max11.entries()) {
      const [first = '', second = ''] = texts.slice(index, index + 2)
      const pair = tokenizer.encodePair(first, second, { maxLength: 11 })
      expect([...pair.ids], first).toEqual(expected.ids)
      expect([...pair.typeIds], first).toEqual(expected.type_ids)
    }
  })
})

interface AddedTokensCase {
  readonly name: string
  readonly files: Readonly<Record<string, unknown>>
  readonly lowercase: boolean
  /** Of each text; none where the reference ends with an error. */
  readonly ids?: readonly (readonly number[])[]
}

describe('golden: tokens listed in one file or another', () => {
  const { texts, cases }: { texts: string[]; cases: AddedTokensCase[] } = JSON.parse(
    read('tokenizer/added-tokens.json'),
  )

  it.each(cases.filter(({ ids }) => ids))('$name', ({ files, lowercase, ids }) => {
    const options = { lowercase, defaultClass: 'BertTokenizer' }
    const tokenizer = create(files, options)
    expect(texts.map((text) => [...tokenizer.encode(text).ids])).toEqual(ids)
    const written = { 'tokenizer.json': tokenizerJsonText(filesOf(files), options) }
    for (const again of [create(written), create({ ...files, ...written }, options)]) {
      expect(texts.map((text) => [...again.encode(text).ids])).toEqual(ids)
    }
  })
})

it('add_prefix_space of null, as transformers 5 saves it, is none', () => {
  const files = {
    'tokenizer.json': read('tokenizer/qwen3.tokenizer.json'),
    'tokenizer_config.json': { tokenizer_class: 'Qwen2Tokenizer', add_prefix_space: null },
  }
  const { texts, families } = JSON.parse(read('tokenizer/families.json'))
  const tokenizer = create(files)
  for (const [index, text] of texts.entries()) {
    expect([...tokenizer.encode(text).ids], text).toEqual(families.qwen3.ids[index])
  }
})

it('BERT named as the class counts for nothing where the steps are those of the file', () => {
  const cased = { ...JSON.parse(bertJson).normalizer, lowercase: false }
  const files = {
    ...edited({ normalizer: cased }),
    'tokenizer_config.json': { tokenizer_class: 'BertTokenizer' },
  }
  const rebuilt = create(files)
  const stored = create(files, { ignoresClass: true })
  // As AutoTokenizer of transformers 5.23 has it for the model_type bert, and for modernbert.
  expect(tokensOf(rebuilt, '花 NBA')).toEqual(['[CLS]', '花', 'nba', '[SEP]'])
  expect(tokensOf(stored, '花 NBA')).toEqual(
    tokensOf(create(edited({ normalizer: cased })), '花 NBA'),
  )
  expect(tokensOf(stored, '花 NBA')).not.toEqual(tokensOf(rebuilt, '花 NBA'))
})

describe('special tokens without a row', () => {
  const files = { 'vocab.txt': '[UNK]\n[CLS]\n[SEP]\na\n', 'special_tokens_map.json': {} }

  it('are dropped where a role is all they have', () => {
    const tokenizer = create(files, { rows: 4 })
    expect(tokenizer.vocabularySize).toBe(4)
    expect([...tokenizer.encode('[MASK]').ids]).toEqual([1, 0, 0, 0, 2])
    expect(create(files, { rows: 6 }).vocabularySize).toBe(6)
  })

  it('are counted where a list has them', () => {
    const listed = { ...files, 'added_tokens.json': { '[MASK]': 4 } }
    expect(create(listed, { rows: 4 }).vocabularySize).toBe(5)
  })
})

describe('sizes', () => {
  it('gives the rows an embedding table needs and the padding token', () => {
    expect(fromVocabulary()).toMatchObject({ vocabularySize: 21128, padId: 0 })
    expect(fromVocabulary({ pad_token: '[SEP]' }).padId).toBe(102)
    const bpe = create({ 'tokenizer.json': read('tokenizer/tiny-bpe.tokenizer.json') })
    expect(bpe).toMatchObject({ vocabularySize: 500, padId: 1 })
  })

  it.skipIf(!hasE5)('counts added tokens past the model', () => {
    const e5 = create({ 'tokenizer.json': read('tokenizer.json', e5Folder) })
    expect(e5).toMatchObject({ vocabularySize: 23947, padId: 1 })
  })
})

describe('tokenizer_config.json', () => {
  it('decides on case, accents and Chinese characters', () => {
    const text = 'É世界'
    const withSpecial = (...tokens: string[]) => ['[CLS]', ...tokens, '[SEP]']
    expect(tokensOf(fromVocabulary(), text)).toEqual(withSpecial('e', '世', '界'))
    const cased = fromVocabulary({ do_lower_case: false })
    expect(tokensOf(cased, text)).toEqual(withSpecial('[UNK]', '世', '界'))
    const accented = fromVocabulary({ strip_accents: false })
    expect(tokensOf(accented, `${text}A`)).toEqual(withSpecial('[UNK]', '世', '界', 'a'))
    const joined = fromVocabulary({ tokenize_chinese_chars: false })
    expect(tokensOf(joined, text)).toEqual(withSpecial('e', '##世', '##界'))
  })

  it('has the last word over tokenizer.json for the classes that transformers rebuilds', () => {
    const config = { tokenizer_class: 'BertTokenizerFast', do_lower_case: false }
    const rebuilt = create({ 'tokenizer.json': bertJson, 'tokenizer_config.json': config })
    expect(tokensOf(rebuilt, 'A')).toEqual(['[CLS]', '[UNK]', '[SEP]'])
    const other = { ...config, tokenizer_class: 'PreTrainedTokenizerFast' }
    const kept = create({ 'tokenizer.json': bertJson, 'tokenizer_config.json': other })
    expect(tokensOf(kept, 'A')).toEqual(['[CLS]', 'a', '[SEP]'])
  })

  it.skipIf(!hasE5)('drops trailing white space for XLM-RoBERTa, as transformers 5 does', () => {
    const json = read('tokenizer.json', e5Folder)
    const config = read('tokenizer_config.json', e5Folder)
    const rebuilt = create({ 'tokenizer.json': json, 'tokenizer_config.json': config })
    expect([...rebuilt.encode('\u3000').ids]).toEqual([0, 2])
    expect([...create({ 'tokenizer.json': json }).encode('\u3000').ids]).toEqual([0, 6, 2])
  })

  it('takes special tokens as text or as objects, with their flags', () => {
    const mask = { content: '[MASK]', lstrip: true, rstrip: true, normalized: false }
    const tokenizer = fromVocabulary({ do_lower_case: false, mask_token: mask })
    expect(tokensOf(tokenizer, 'a [MASK] b')).toEqual(['[CLS]', 'a', '[MASK]', 'b', '[SEP]'])
    const added = fromVocabulary({ additional_special_tokens: ['<new>'] })
    expect(added.vocabularySize).toBe(21129)
    expect([...added.encode('<new>').ids]).toEqual([101, 21128, 102])
  })
})

const SEQUENCE = { Sequence: { id: 'A', type_id: 0 } }

describe('what cannot be read is an error with a name', () => {
  const cases: readonly [string, string, Readonly<Record<string, unknown>>][] = [
    ['nothing', 'tokenizer-file-missing', { 'sentencepiece.bpe.model': '' }],
    ['no JSON', 'tokenizer-malformed', { 'tokenizer.json': '{' }],
    ['no model', 'tokenizer-malformed', { 'tokenizer.json': {} }],
    ['an empty vocab.txt', 'tokenizer-malformed', { 'vocab.txt': '' }],
    ['no [UNK]', 'tokenizer-token-missing', { 'vocab.txt': '[PAD]\n[CLS]\n[SEP]' }],
    ['no [SEP]', 'tokenizer-token-missing', { 'vocab.txt': '[PAD]\n[CLS]\n[UNK]' }],
    [
      'RoFormerTokenizer',
      'tokenizer-class-unknown',
      {
        'vocab.txt': vocabulary,
        'tokenizer_config.json': { tokenizer_class: 'RoFormerTokenizer' },
      },
    ],
    [
      '"left"',
      'tokenizer-truncation-side',
      { 'vocab.txt': vocabulary, 'tokenizer_config.json': { truncation_side: 'left' } },
    ],
    ['Magic', 'tokenizer-component-unknown', edited({ normalizer: { type: 'Magic' } })],
    ['toString', 'tokenizer-component-unknown', edited({ pre_tokenizer: { type: 'toString' } })],
    ['WordLevel', 'tokenizer-component-unknown', edited({ model: { type: 'WordLevel' } })],
    ['Shape', 'tokenizer-component-unknown', edited({ post_processor: { type: 'Shape' } })],
    [
      'precompiled_charsmap',
      'tokenizer-malformed',
      edited({ normalizer: { type: 'Precompiled', precompiled_charsmap: '/////w==' } }),
    ],
    [
      'a++',
      'tokenizer-regex-unsupported',
      edited({ normalizer: { type: 'Replace', pattern: { Regex: 'a++' }, content: '' } }),
    ],
    [
      'the token "a"',
      'tokenizer-malformed',
      edited({ model: { type: 'WordPiece', vocab: { a: 'b' } } }),
    ],
    ['entry 0', 'tokenizer-malformed', edited({ model: { type: 'Unigram', vocab: [['a', '0']] } })],
    [
      'TemplateProcessing lacks a text, or has it twice',
      'tokenizer-component-unknown',
      edited({
        post_processor: {
          type: 'TemplateProcessing',
          single: [SEQUENCE, SEQUENCE],
          pair: [SEQUENCE],
          special_tokens: {},
        },
      }),
    ],
    [
      'more than 100 steps',
      'tokenizer-too-large',
      edited({ normalizer: { type: 'Sequence', normalizers: Array(101).fill({ type: 'NFC' }) } }),
    ],
    [
      '"replacement"',
      'tokenizer-malformed',
      edited({ pre_tokenizer: { type: 'Metaspace', replacement: '__' } }),
    ],
    [
      '"<e>"',
      'tokenizer-added-tokens',
      { 'vocab.txt': vocabulary, 'added_tokens.json': { '<e>': 21128, '<E>': 21129 } },
    ],
    [
      '[GONE]',
      'tokenizer-malformed',
      edited({
        post_processor: {
          type: 'TemplateProcessing',
          single: [SEQUENCE, { SpecialToken: { id: '[GONE]', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      }),
    ],
  ]

  it.each(cases)('%s', (named, code, files) => {
    const build = () => create(files)
    expect(build).toThrow(CheckpointError)
    expect(build).toThrow(expect.objectContaining({ code }))
    if (/[A-Z[+"_]/.test(named)) expect(build).toThrow(named.replace(/^no /, ''))
  })

  it('a limit that leaves no room', () => {
    const tokenizer = fromVocabulary()
    const error = expect.objectContaining({ code: 'max-length-too-small' })
    expect(() => tokenizer.encode('我', { maxLength: 1 })).toThrow(InputError)
    expect(() => tokenizer.encodePair('我', '你', { maxLength: 2 })).toThrow(error)
    expect(() => tokenizer.encode('我', { maxLength: 2.5 })).toThrow(error)
    expect([...tokenizer.encode('我', { maxLength: 2 }).ids]).toEqual([101, 102])
  })

  it('an id that is no token', () => {
    expect(() => fromVocabulary().tokens([21128])).toThrow(
      expect.objectContaining({ code: 'token-id-unknown' }),
    )
  })
})
