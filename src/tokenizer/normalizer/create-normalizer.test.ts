import { describe, expect, it } from 'vitest'
import { createNormalizer } from './create-normalizer.ts'

/** A charsmap of the given rules, built as plainly as the format allows: a block for every node. */
function charsmapOf(rules: Readonly<Record<string, string>>): string {
  const encoder = new TextEncoder()
  const units: number[] = [0]
  const blocks = new Map<string, number>()
  const block = (path: string) => {
    const known = blocks.get(path)
    if (known !== undefined) return known
    const start = (blocks.size + 1) * 256
    blocks.set(path, start)
    return start
  }
  units[0] = block('') << 10
  let texts = ''
  for (const [from, to] of Object.entries(rules)) {
    let path = ''
    for (const byte of encoder.encode(from)) {
      const position = block(path) + byte
      path += `${byte},`
      const hasLeaf = (units[position] ?? 0) & 0x100
      units[position] = ((position ^ block(path)) << 10) | hasLeaf | byte
    }
    const last = encoder.encode(from).at(-1) ?? 0
    const parent = path.slice(0, path.lastIndexOf(`${last},`))
    units[block(parent) + last] = (units[block(parent) + last] ?? 0) | 0x100
    units[block(path)] = encoder.encode(texts).length
    texts += `${to}\0`
  }
  const trie = Uint32Array.from(
    { length: (blocks.size + 1) * 256 },
    (_, index) => units[index] ?? 0,
  )
  const bytes = [...new Uint8Array(new Uint32Array([trie.byteLength]).buffer)]
  bytes.push(...new Uint8Array(trie.buffer), ...encoder.encode(texts))
  return Buffer.from(bytes).toString('base64')
}

describe('Precompiled', () => {
  const precompiled_charsmap = charsmapOf({
    ﬁ: 'fi',
    '①': '1',
    '\r': ' ',
    '\n': ' ',
    'e\u0301': 'é',
    ª: 'a',
    '\u{1f600}': ':)',
  })
  const normalize = createNormalizer({ type: 'Precompiled', precompiled_charsmap })

  it('rewrites characters, also beyond the first plane, and leaves the others', () => {
    expect(normalize('①ﬁ我\u{1f600}\0\u{20bb7}')).toBe('1fi我:)\0\u{20bb7}')
    expect(normalize('')).toBe('')
  })

  it('rewrites a short grapheme whole, by its shortest prefix that has a rule', () => {
    expect(normalize('e\u0301')).toBe('é')
    expect(normalize('a\r\nb\nc')).toBe('a b c')
    expect(normalize('ª\u0301x')).toBe('ax')
  })

  it('takes a long grapheme character by character', () => {
    expect(normalize('ﬁ\u200d')).toBe('fi\u200d')
    expect(normalize('ª\u0301\u0301')).toBe('a\u0301\u0301')
  })
})

describe('a text that grows', () => {
  const doubled = { type: 'Replace', pattern: { Regex: '.' }, content: 'aa' }
  const sequence = (normalizers: readonly object[]) => ({ type: 'Sequence', normalizers })

  it.each([
    ['by many steps', sequence(Array(40).fill(doubled))],
    ['by sequences in sequences', sequence(Array(40).fill(sequence([sequence([doubled])])))],
    ['by one', { type: 'Replace', pattern: { String: 'a' }, content: 'b'.repeat(100) }],
    ['by what is put before it', { type: 'Prepend', prepend: 'b'.repeat(100_000) }],
  ])('out of proportion is an error: %s', (_, component) => {
    const error = expect.objectContaining({ name: 'InputError', code: 'text-grows' })
    expect(() => createNormalizer(component)('a'.repeat(1000))).toThrow(error)
  })

  it('may grow as Unicode has it, and a short one by a few words', () => {
    const text = '\ufdfa'.repeat(1000)
    expect(createNormalizer({ type: 'NFKC' })(text)).toHaveLength(18_000)
    const prepend = 'a'.repeat(500)
    expect(createNormalizer({ type: 'Prepend', prepend })('b')).toHaveLength(501)
  })

  it('by rules of SentencePiece is refused', () => {
    const precompiled_charsmap = charsmapOf({ a: 'b'.repeat(256) })
    const normalize = createNormalizer({ type: 'Precompiled', precompiled_charsmap })
    expect(() => normalize('a')).toThrow('longer than')
  })
})

describe.each([
  [{ type: 'NFC' }, 'e\u0301ﬁ', 'éﬁ'],
  [{ type: 'NFD' }, 'é', 'e\u0301'],
  [{ type: 'NFKC' }, '①ﬁ', '1fi'],
  [{ type: 'NFKD' }, 'éﬁ', 'e\u0301fi'],
  [{ type: 'Lowercase' }, 'ΑΣ İ', 'ας i̇'.replace('ς', 'σ')],
  [{ type: 'StripAccents' }, 'e\u0301a', 'ea'],
  [{ type: 'Strip', strip_left: true, strip_right: false }, '\u3000a ', 'a '],
  [{ type: 'Strip', strip_left: false, strip_right: true }, ' a\u0085', ' a'],
  [{ type: 'Strip', strip_left: true, strip_right: true }, ' \n ', ''],
  [{ type: 'Prepend', prepend: '▁' }, 'a', '▁a'],
  [{ type: 'Prepend', prepend: '▁' }, '', ''],
  [{ type: 'Nmt' }, 'a\u0001\u200b\ufeffb', 'a  b'],
  [{ type: 'Replace', pattern: { String: '.$' }, content: '$&' }, 'a.$b', 'a$&b'],
  [{ type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }, 'a   b', 'a b'],
  [{ type: 'Sequence', normalizers: [{ type: 'NFKC' }, { type: 'Lowercase' }] }, 'Ａ', 'a'],
  [{ type: 'BertNormalizer', lowercase: true }, 'É我\t\0x', 'e 我  x'],
  [{ type: 'BertNormalizer', strip_accents: false }, 'É', 'é'],
  [{ type: 'BertNormalizer', clean_text: false, lowercase: false }, 'A\0', 'A\0'],
  [{ type: 'BertNormalizer', handle_chinese_chars: false }, 'A我', 'a我'],
  [{ type: 'BertNormalizer' }, '\u{2b820}\u{2b740}', '\u{2b820} \u{2b740} '],
  // Marks that stay are put in order: 1D16D (class 226) behind 302E (class 224).
  [{ type: 'BertNormalizer' }, 'a\u{1d16d}\u302e', 'a\u302e\u{1d16d}'],
])('%j', (component, text, expected) => {
  it(`turns ${JSON.stringify(text)} into ${JSON.stringify(expected)}`, () => {
    expect(createNormalizer(component)(text)).toBe(expected)
  })
})
