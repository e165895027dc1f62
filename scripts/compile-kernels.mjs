// Compile assembly/optimizer.ts to WebAssembly, as the text of a module that holds it in base64.
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const OPTIONS = [
  ...['--baseDir', fileURLToPath(new URL('../assembly', import.meta.url))],
  ...['--importMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert'],
]

/** The whole text of src/train/optimizer/generated/kernels.ts. */
export async function compileKernels() {
  const files = new Map()
  const { error, stderr } = await asc.main(
    ['optimizer.ts', '--outFile', 'kernels.wasm', ...OPTIONS],
    { writeFile: (name, content) => void files.set(name, content) },
  )
  if (error) throw new Error(`${error.message}\n${stderr}`)
  const lines = Buffer.from(files.get('kernels.wasm'))
    .toString('base64')
    .match(/.{1,90}/g)
  return [
    '// Made from assembly/optimizer.ts by `npm run generate`; do not edit.',
    'export const kernelBytes =',
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}
