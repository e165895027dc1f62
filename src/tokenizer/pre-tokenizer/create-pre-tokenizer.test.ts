import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../../errors/index.ts'
import { createPreTokenizer } from './create-pre-tokenizer.ts'

const metaspace = { type: 'Metaspace', replacement: '▁' }

describe.each([
  [{ type: 'BertPreTokenizer' }, ' a,\u{10100}b\u3000我', ['a', ',', '\u{10100}', 'b', '我']],
  [{ type: 'Whitespace' }, 'ab, 我! ', ['ab', ',', '我', '!']],
  [{ type: 'WhitespaceSplit' }, ' a,b\u3000c', ['a,b', 'c']],
  [{ type: 'Punctuation' }, 'a，$b c', ['a', '，', '$', 'b c']],
  [{ type: 'Digits', individual_digits: true }, 'a12', ['a', '1', '2']],
  [{ type: 'Digits' }, 'a12', ['a', '12']],
  [metaspace, 'ab cd', ['▁ab', '▁cd']],
  [metaspace, '▁ab ', ['▁ab', '▁']],
  [{ ...metaspace, add_prefix_space: false }, 'ab cd', ['ab', '▁cd']],
  [{ ...metaspace, prepend_scheme: 'never', split: false }, 'ab cd', ['ab▁cd']],
  [{ type: 'ByteLevel', add_prefix_space: false }, "a's 我", ['a', "'s", 'ĠæĪĳ']],
  [{ type: 'ByteLevel', use_regex: false }, 'a b', ['ĠaĠb']],
  [
    { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    'ab cd ',
    ['▁ab', '▁cd'],
  ],
])('%j', (component, text, expected) => {
  it(`splits ${JSON.stringify(text)}`, () => {
    expect(createPreTokenizer(component)(text, true)).toEqual(expected)
  })
})

describe('Metaspace with prepend_scheme first', () => {
  const first = { ...metaspace, prepend_scheme: 'first' }

  it('marks the beginning of the input only', () => {
    expect(createPreTokenizer(first)('a', true)).toEqual(['▁a'])
    expect(createPreTokenizer(first)('a', false)).toEqual(['a'])
  })

  it('is refused where the beginning is no longer known', () => {
    const late = { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, first] }
    expect(() => createPreTokenizer(late)).toThrow(CheckpointError)
  })
})
