import { describe, expect, it } from 'vitest'
import { translateRegex } from './regex.ts'

describe('translateRegex', () => {
  it.each([
    ['\\w+', 'é我½ⅣⓐZ_9', ['é我½ⅣⓐZ_9']],
    ['\\w', '\u200d-', []],
    ['[\\w-]+', 'a-b c', ['a-b', 'c']],
    ['\\s', '\u0085\ufeff\u3000', ['\u0085', '\u3000']],
    ['\\S+', '\ufeffa\u3000b', ['\ufeffa', 'b']],
    ['[^\\d\\s]+', '1٣a b', ['a', 'b']],
    ['\\D+', '1٣ab', ['ab']],
    ['\\p{Han}+|\\p{Lu}', 'a我的B', ['我的', 'B']],
    ['^.', 'ab\ncd\u2028e', ['a', 'c']],
    ['.$', 'ab\ncd', ['b', 'd']],
    ['b.d', 'b\u2028d', ['b\u2028d']],
    ['\\"\\-\\.', '"-.', ['"-.']],
    [' {2,}', 'a  b   c', ['  ', '   ']],
    ['(?<!a)b(?=c)', 'abc bc', ['b']],
    ["(?i:'s|'Re)", "'s'S'\u017f'rE'R", ["'s", "'S", "'\u017f", "'rE"]],
    ['a(?i:k)+', 'ak aK\u212aA', ['ak', 'aK\u212a']],
  ])('%s finds what Oniguruma finds', (pattern, text, expected) => {
    const found = Array.from(translateRegex(pattern)(text), ({ start, end }) =>
      text.slice(start, end),
    )
    expect(found).toEqual(expected)
  })

  it.each([
    '(?=ab)',
    '(a*)*',
    'a{2000}',
    'a++',
    '(?i)x',
    '(?i:(x))',
    '(?i:x+)',
    '(?i:[x])',
    '(?i:é)',
    '(?i:ss)',
    '(?i:ſt)',
    '(?>a)',
    '[a&&b]',
    '[[:alpha:]]',
    '\\R',
    '\\b',
    '\\p{Nonsense}',
    '(',
  ])('%s is refused', (pattern) => {
    expect(() => translateRegex(pattern)).toThrow(
      expect.objectContaining({ code: 'tokenizer-regex-unsupported', facts: expect.anything() }),
    )
  })
})
