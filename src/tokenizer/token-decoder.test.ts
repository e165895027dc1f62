import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FIXTURES, readJson, sharedPath } from '../../test/support/shared.ts'
import { CheckpointError, InputError } from '../errors/index.ts'
import { createTokenizer } from './create-tokenizer.ts'
import { createTokenDecoder } from './token-decoder.ts'

interface DecodedRow {
  readonly ids: readonly number[]
  readonly whole: string
  readonly plain: string
}

interface FamilyGolden {
  readonly families: Readonly<Record<string, { ids: number[][]; decoded: string[] }>>
}

const GOLDEN = readJson<Record<string, readonly DecodedRow[]>>(`${FIXTURES}/tokenizer/decoded.json`)
const TINY = `${FIXTURES}/models/tiny-dense-normalize`
const BPE = readFileSync(`${FIXTURES}/tokenizer/tiny-bpe.tokenizer.json`, 'utf8')

function decoderOf(files: Readonly<Record<string, string>>) {
  const map = new Map(Object.entries(files))
  const tokenizer = createTokenizer(map)
  return { tokenizer, decoder: createTokenDecoder(map, tokenizer) }
}

function tokenizerFile(folder: string) {
  return { 'tokenizer.json': readFileSync(`${folder}/tokenizer.json`, 'utf8') }
}

/** A byte-level tokenizer with another decoder. */
function bpeWith(decoder: unknown) {
  return { 'tokenizer.json': JSON.stringify({ ...JSON.parse(BPE), decoder }) }
}

describe('texts are those of Hugging Face tokenizers', () => {
  const e5 = sharedPath('models/e5-small-zh')

  function expectGolden(name: string, folder: string): void {
    const { decoder } = decoderOf(tokenizerFile(folder))
    expect(GOLDEN[name]).not.toHaveLength(0)
    for (const { ids, whole, plain } of GOLDEN[name] ?? []) {
      expect(decoder.decode(ids)).toBe(whole)
      expect(decoder.decode(ids, { skipSpecial: true })).toBe(plain)
    }
  }

  it('WordPiece', () => expectGolden('tiny-dense-normalize', TINY))

  it.skipIf(!e5)('Metaspace', () => expectGolden('e5-small-zh', e5 ?? ''))

  it.each(['qwen3', 'gemma3', 'modernbert'])('%s', (name) => {
    const { families } = readJson<FamilyGolden>(`${FIXTURES}/tokenizer/families.json`)
    const file = readFileSync(`${FIXTURES}/tokenizer/${name}.tokenizer.json`, 'utf8')
    const { decoder } = decoderOf({ 'tokenizer.json': file })
    const { ids, decoded } = families[name] ?? { ids: [], decoded: [] }
    expect(decoded).not.toHaveLength(0)
    expect(ids.map((row) => decoder.decode(row))).toEqual(decoded)
  })

  it('a vocab.txt is WordPiece', () => {
    const vocabulary = readFileSync(`${FIXTURES}/models/tiny-bert-zh/vocab.txt`, 'utf8')
    const { decoder } = decoderOf({ 'vocab.txt': vocabulary })
    for (const { ids, plain } of GOLDEN['tiny-dense-normalize'] ?? []) {
      expect(decoder.decode(ids, { skipSpecial: true })).toBe(plain)
    }
  })
})

describe('what the file says', () => {
  it('bytes give back the text', () => {
    const { tokenizer, decoder } = decoderOf(bpeWith({ type: 'ByteLevel' }))
    const text = '我的 naïve 🙂 𠮷'
    expect(decoder.decode(tokenizer.encode(text).ids, { skipSpecial: true })).toBe(text)
  })

  it('without a decoder tokens stand apart', () => {
    const { tokenizer, decoder } = decoderOf(bpeWith(null))
    const { ids } = tokenizer.encode('a b')
    expect(decoder.decode(ids)).toBe(tokenizer.tokens(ids).join(' '))
  })

  it('an unknown decoder is an error', () => {
    expect(() => decoderOf(bpeWith({ type: 'CTC' }))).toThrow(CheckpointError)
  })

  it('an id that is no token is an error', () => {
    const { decoder } = decoderOf(bpeWith(null))
    expect(() => decoder.decode([999_999])).toThrow(InputError)
  })
})
