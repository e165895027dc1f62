import { arch } from 'node:os'
import { expect, test } from 'vitest'
import { instructionSets } from './processor.ts'

test.each([
  [
    'flags\t\t: fpu sse4_2 avx2 fma avx512f avx512_vnni\nflags\t\t: fpu',
    'AVX-512 VNNI, AVX-512, AVX2',
  ],
  ['model name\t: AMD EPYC\nflags\t\t: fpu avx2 avx\n', 'AVX2'],
  ['Features\t: fp asimd asimddp', 'dot product, NEON'],
  ['flags\t\t: fpu sse2', arch()],
  ['', arch()],
])('%j', (cpuInfo, expected) => {
  expect(instructionSets(cpuInfo)).toBe(expected)
})

test('this machine says something', () => {
  expect(instructionSets()).not.toBe('')
})
