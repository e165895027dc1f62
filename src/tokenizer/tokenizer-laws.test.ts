import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createTokenizer } from './create-tokenizer.ts'

const fixtures = new URL('../../test/fixtures/', import.meta.url)
const e5 = new URL('../../../shared/models/e5-small-zh/tokenizer.json', import.meta.url)

const subjects = [
  { name: 'bert', file: new URL('models/tiny-bert-zh/vocab.txt', fixtures), open: 101, close: 102 },
  { name: 'e5 (skipped where ../shared is missing)', file: e5, open: 0, close: 2 },
  {
    name: 'tiny-bpe',
    file: new URL('tokenizer/tiny-bpe.tokenizer.json', fixtures),
    open: 0,
    close: 2,
  },
]

function load(file: URL) {
  const name = file.pathname.endsWith('vocab.txt') ? 'vocab.txt' : 'tokenizer.json'
  return createTokenizer(new Map([[name, readFileSync(file, 'utf8')]]))
}

/** A linear congruential generator: the same texts on every run. */
function* randomTexts(count: number): Generator<string> {
  let state = 20
  const next = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const spans = [0x80, 0x600, 0x3000, 0xa000, 0xd800, 0x10000, 0x20000, 0x110000]
  const specials = ['[CLS]', '<mask>', '\r\n', '👨‍👩‍👧', '\ud800', '\udc00', '\0', '▁', '##', '  ']
  for (let index = 0; index < count; index++) {
    let text = ''
    for (let length = next(24); length > 0; length--) {
      const special = specials[next(40)]
      text += special ?? String.fromCodePoint(next(spans[next(spans.length)] ?? 1))
    }
    yield text
  }
}

describe.each(subjects)('laws: $name', ({ file, open, close }) => {
  it.skipIf(!existsSync(file))('hold for 20,000 random texts', () => {
    const tokenizer = load(file)
    for (const text of randomTexts(20_000)) {
      const { ids, typeIds, truncated } = tokenizer.encode(text)
      const isEnclosed = ids[0] === open && ids.at(-1) === close
      const isInRange = ids.every((id) => id >= 0 && id < tokenizer.vocabularySize)
      const short = tokenizer.encode(text, { maxLength: 8 })
      const expected = ids.length <= 8 ? [...ids] : [...ids.subarray(0, 7), close]
      const isTruncated = short.ids.join() === expected.join()
      const isCounted = short.truncated === ids.length - expected.length && truncated === 0
      const isOneType = typeIds.length === ids.length && typeIds.every((type) => type === 0)
      if (!(isEnclosed && isInRange && isTruncated && isCounted && isOneType)) {
        expect.fail(`${JSON.stringify(text)} gave ${ids} and, truncated, ${short.ids}`)
      }
    }
  })

  it.skipIf(!existsSync(file))('lone surrogates count as U+FFFD', () => {
    const tokenizer = load(file)
    expect(tokenizer.encode('我\ud800的\udc00')).toEqual(tokenizer.encode('我\ufffd的\ufffd'))
  })

  // Quadratic work on these would take hours, far past the limit of a test.
  it.skipIf(!existsSync(file)).each([
    ['one word', 'x'.repeat(1_000_000)],
    ['Chinese without spaces', '我的儿子'.repeat(250_000)],
    ['unknown characters', '\u{20bb7}'.repeat(500_000)],
    ['null characters', '\0'.repeat(1_000_000)],
    ['marks on letters', 'e\u0301'.repeat(300_000)],
    ['one endless grapheme', '\u0301'.repeat(500_000)],
    ['joined emoji', '👨‍👩‍👧'.repeat(60_000)],
    ['openings of special tokens', '[<'.repeat(300_000)],
    ['spaces', ' '.repeat(1_000_000)],
  ])('a megabyte of %s takes linear time', (_, text) => {
    const { ids, truncated } = load(file).encode(text, { maxLength: 512 })
    expect(ids.length).toBeLessThanOrEqual(512)
    expect(ids.at(-1)).toBe(close)
    expect(truncated > 0).toBe(ids.length === 512)
  })
})
