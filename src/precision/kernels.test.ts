import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileKernels } from '../../scripts/compile-kernels.mjs'

test('the committed kernels are what their source compiles to', async () => {
  const committed = readFileSync(join(import.meta.dirname, 'generated/kernels.ts'), 'utf8')
  expect(committed).toBe(await compileKernels('eight-bit.ts'))
})
