// Write src/train/optimizer/generated/kernels.ts anew; a test holds it to its source.
import { writeFileSync } from 'node:fs'
import { compileKernels } from './compile-kernels.mjs'

const target = new URL('../src/train/optimizer/generated/kernels.ts', import.meta.url)
writeFileSync(target, await compileKernels())
