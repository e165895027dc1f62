import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES, readJson, sharedPath } from '../../../test/support/shared.ts'
import { createTokenizer } from '../../tokenizer/index.ts'
import { KeptTokens } from './kept-tokens.ts'
import { trimTokenizer } from './trim-tokenizer.ts'
import { vocabularyOf } from './vocabulary.ts'

const TEXTS = readJson<{ rows: { text: string }[] }>(
  join(FIXTURES, 'tokenizer/bert-base-chinese.json'),
).rows.map(({ text }) => text)

type Files = ReadonlyMap<string, string>

function filesOf(folder: string, ...names: readonly string[]): Files {
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

function tiny(name: string): Files {
  const text = readFileSync(join(FIXTURES, `tokenizer/${name}.tokenizer.json`), 'utf8')
  return new Map([['tokenizer.json', text]])
}

const e5 = sharedPath('models/e5-small-zh')
const TOKENIZERS: readonly (readonly [string, Files])[] = [
  ['unigram with byte tokens', tiny('tiny-unigram')],
  ['byte-level BPE', tiny('tiny-bpe')],
  [
    'vocab.txt',
    filesOf(join(FIXTURES, 'models/tiny-bert-zh'), 'vocab.txt', 'tokenizer_config.json'),
  ],
  [
    'vocab.txt and added_tokens.json',
    new Map([
      ...filesOf(join(FIXTURES, 'models/tiny-bert-zh'), 'vocab.txt'),
      ['added_tokens.json', '{ "的": 21128, "<e1>": 21128, "<e2>": 21129 }'],
    ]),
  ],
  ['WordPiece', filesOf(join(FIXTURES, 'models/tiny-dense-normalize'), 'tokenizer.json')],
  ['xlm-roberta', filesOf(join(FIXTURES, 'variants/xlm-roberta'), 'tokenizer.json')],
  ...(e5 ? [['e5-small-zh', filesOf(e5, 'tokenizer.json', 'tokenizer_config.json')] as const] : []),
]

/** Tokens of every other text, and what the tokenizer needs. */
function someTexts(files: Files): KeptTokens {
  const tokenizer = createTokenizer(files)
  const vocabulary = vocabularyOf(files)
  const seen = TEXTS.filter((_, i) => i % 2 === 0).flatMap((text) => [
    ...tokenizer.encode(text).ids,
  ])
  return new KeptTokens(vocabulary.withParts(new Set([...vocabulary.required, ...seen])))
}

describe.each(TOKENIZERS)('%s, trimmed', (_, files) => {
  const kept = someTexts(files)
  const before = createTokenizer(files)
  const after = createTokenizer(trimTokenizer(files, kept))
  const whole = TEXTS.filter((text) => before.encode(text).ids.every((id) => kept.has(id)))

  test('is smaller, and has no holes', () => {
    expect(after.vocabularySize).toBe(kept.ids.length)
    expect(after.vocabularySize).toBeLessThan(before.vocabularySize)
    const spelled = (ids: readonly number[], tokenizer: typeof before) => tokenizer.tokens(ids)
    const newIds = kept.ids.map((id) => kept.require(id))
    expect(spelled(newIds, after)).toEqual(spelled(kept.ids, before))
  })

  test('splits texts of kept tokens as before', () => {
    expect(whole.length).toBeGreaterThan(TEXTS.length / 2)
    for (const text of whole) {
      const { ids } = before.encode(text)
      expect([...after.encode(text).ids]).toEqual([...ids].map((id) => kept.require(id)))
    }
  })

  test('adds special tokens and pads as before', () => {
    expect(after.padId).toBe(kept.require(before.padId))
    const [a = '', b = ''] = whole
    const pair = before.encodePair(a, b)
    const trimmed = after.encodePair(a, b)
    expect([...trimmed.ids]).toEqual([...pair.ids].map((id) => kept.require(id)))
    expect(trimmed.typeIds).toEqual(pair.typeIds)
  })

  test('takes every text', () => {
    for (const text of TEXTS) expect(after.encode(text).ids.length).toBeGreaterThan(0)
  })
})

test('ids in the configuration follow', () => {
  const config = { added_tokens_decoder: { 3: { content: '[C]' }, 5: { content: '[E]' } }, x: 1 }
  const trimmed = trimTokenizer(
    new Map([
      ['vocab.txt', 'a\nb\nc\n[C]\nd\n[E]\n'],
      ['tokenizer_config.json', JSON.stringify(config)],
      ['added_tokens.json', '{ "[C]": 3, "[E]": 5 }'],
      ['special_tokens_map.json', '{ "cls_token": "[C]" }'],
    ]),
    new KeptTokens([5, 1, 3]),
  )
  expect(trimmed.get('vocab.txt')).toBe('b\n[C]\n[E]\n')
  expect(JSON.parse(trimmed.get('tokenizer_config.json') ?? '')).toEqual({
    added_tokens_decoder: { 1: { content: '[C]' }, 2: { content: '[E]' } },
    x: 1,
  })
  expect(JSON.parse(trimmed.get('added_tokens.json') ?? '')).toEqual({ '[C]': 1, '[E]': 2 })
  expect(trimmed.get('special_tokens_map.json')).toBe('{ "cls_token": "[C]" }')
})
