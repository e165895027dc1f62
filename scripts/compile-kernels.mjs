// Compile a file of assembly/ to WebAssembly, as the text of a module that holds it in base64.
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const OPTIONS = [
  ...['--baseDir', fileURLToPath(new URL('../assembly', import.meta.url))],
  ...['--importMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert'],
]

/** Where the kernels of each file of assembly/ are kept. */
export const KERNEL_FILES = {
  'eight-bit.ts': 'src/precision/generated/kernels.ts',
  'nearest.ts': 'src/search/exact/generated/kernels.ts',
  'optimizer.ts': 'src/train/optimizer/generated/kernels.ts',
}

/**
 * The whole text of a file of kernels.
 * @param {keyof typeof KERNEL_FILES} source
 */
export async function compileKernels(source) {
  const files = new Map()
  const { error, stderr } = await asc.main([source, '--outFile', 'kernels.wasm', ...OPTIONS], {
    writeFile: (name, content) => void files.set(name, content),
  })
  if (error) throw new Error(`${error.message}\n${stderr}`)
  const lines = Buffer.from(files.get('kernels.wasm'))
    .toString('base64')
    .match(/.{1,90}/g)
  return [
    `// Made from assembly/${source} by \`npm run generate\`; do not edit.`,
    'export const kernelBytes =',
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}
