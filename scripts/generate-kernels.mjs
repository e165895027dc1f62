// Write the compiled kernels anew; tests hold them to their sources.
import { writeFileSync } from 'node:fs'
import { compileKernels, KERNEL_FILES } from './compile-kernels.mjs'

for (const [source, target] of Object.entries(KERNEL_FILES)) {
  writeFileSync(new URL(`../${target}`, import.meta.url), await compileKernels(source))
}
