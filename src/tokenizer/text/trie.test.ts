import { expect, it } from 'vitest'
import { Trie } from './trie.ts'

it('holds what was put into it, through many growths, and nothing else', () => {
  const trie = new Trie()
  const words = Array.from({ length: 20_000 }, (_, index) => (index * 7919).toString(36))
  for (const [index, word] of words.entries()) trie.set(word, index)
  trie.set('0', 99_999)
  expect(trie.get('0')).toBe(99_999)
  for (const [index, word] of words.entries()) {
    if (index > 0) expect(trie.get(word)).toBe(index)
  }
  expect(trie.get('missing!')).toBe(Trie.absent)
  expect(trie.get('')).toBe(Trie.absent)
  expect(trie.walk('missing!')).toBe(Trie.absent)
})
