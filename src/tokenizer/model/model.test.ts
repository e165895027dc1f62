import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../../errors/index.ts'
import { Bpe } from './bpe.ts'
import type { TokenizerModel } from './model.ts'
import { Unigram } from './unigram.ts'
import { WORDPIECE_DEFAULTS, WordPiece } from './wordpiece.ts'

function encode(model: TokenizerModel, word: string): (string | undefined)[] {
  const ids: number[] = []
  model.encode(word, ids)
  return ids.map((id) => model.tokens.get(id))
}

function idsOf(tokens: readonly string[]): ReadonlyMap<string, number> {
  return new Map(tokens.map((token, id) => [token, id]))
}

describe('WordPiece', () => {
  const tokens = ['[UNK]', 'un', '##able', '##a', 'unhappy', '##\u{20bb7}']
  const model = new WordPiece(idsOf(tokens), WORDPIECE_DEFAULTS)

  it('takes the longest token from the left', () => {
    expect(encode(model, 'unable')).toEqual(['un', '##able'])
    expect(encode(model, 'una\u{20bb7}')).toEqual(['un', '##a', '##\u{20bb7}'])
  })

  it('gives up the whole word where it gets stuck, or where it is too long', () => {
    expect(encode(model, 'unhappya!')).toEqual(['[UNK]'])
    expect(encode(model, `un${'a'.repeat(98)}`)).toHaveLength(99)
    expect(encode(model, `un${'a'.repeat(99)}`)).toEqual(['[UNK]'])
    expect(encode(model, `un${'\u{20bb7}'.repeat(98)}`)).toHaveLength(99)
  })
})

describe('Unigram', () => {
  const scored: readonly [string, number][] = [
    ['<unk>', 0],
    ['我', -4],
    ['的', -3],
    ['儿', -6],
    ['子', -6],
    ['我的', -5],
    ['的儿', -5],
    ['儿子', -5],
    ['我的儿', -12],
  ]
  const tokens = scored.map(([token]) => token)
  const scores = Float64Array.from(scored, ([, score]) => score)
  const model = new Unigram(tokens, scores, { unknownId: 0, byteFallback: false })

  it('takes the way with the highest sum, and unknown characters together', () => {
    expect(encode(model, '我的儿子')).toEqual(['我的', '儿子'])
    expect(encode(model, '的儿我的儿xx')).toEqual(['的儿', '我', '的儿', '<unk>'])
    expect(encode(model, 'x\u{20bb7}\u{20bb7}我')).toEqual(['<unk>', '我'])
  })

  it('spells unknown characters in bytes where it can', () => {
    const bytes = ['<0xC3>', '<0xA9>']
    const withBytes = new Unigram([...tokens, ...bytes], new Float64Array(11).fill(-1), {
      unknownId: 0,
      byteFallback: true,
    })
    expect(encode(withBytes, '我é')).toEqual(['我', '<0xC3>', '<0xA9>'])
    expect(encode(withBytes, '我ü')).toEqual(['我', '<unk>'])
  })

  it('says so when nothing stands for the unknown', () => {
    const options = { unknownId: undefined, byteFallback: false }
    const strict = new Unigram(['a'], new Float64Array(1), options)
    expect(() => encode(strict, 'b')).toThrow(CheckpointError)
  })
})

describe('Bpe', () => {
  const tokens = ['a', 'b', 'c', 'ab', 'abc', 'bc', '<unk>']
  const plain = {
    unknownToken: '<unk>',
    continuationPrefix: '',
    endSuffix: '',
    fuseUnknown: false,
    byteFallback: false,
    ignoreMerges: false,
  }

  it('merges the earliest learnt pair first', () => {
    const merges = [
      ['b', 'c'],
      ['a', 'b'],
      ['ab', 'c'],
    ] as const
    expect(encode(new Bpe(idsOf(tokens), merges, plain), 'abcab')).toEqual(['a', 'bc', 'ab'])
    expect(encode(new Bpe(idsOf(tokens), merges.slice(1), plain), 'abcab')).toEqual(['abc', 'ab'])
  })

  it('fuses unknown characters only where the option is set', () => {
    expect(encode(new Bpe(idsOf(tokens), [], plain), 'xya')).toEqual(['<unk>', '<unk>', 'a'])
    const fused = new Bpe(idsOf(tokens), [], { ...plain, fuseUnknown: true })
    expect(encode(fused, 'xyaz')).toEqual(['<unk>', 'a', '<unk>'])
  })

  it('refuses merges of tokens it does not have', () => {
    expect(() => new Bpe(idsOf(tokens), [['c', 'c']], plain)).toThrow(CheckpointError)
  })
})
