import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { TINY } from './support/server-client.ts'

const root = join(import.meta.dirname, '..')

/** A project of its own in which `yuju` is installed, with an example compiled to JavaScript. */
function projectWith(example: string): string {
  const folder = temporaryFolder()
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(root, join(modules, 'yuju'), 'junction')
  symlinkSync(join(root, 'node_modules/@types'), join(modules, '@types'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  cpSync(join(root, 'examples', example), join(folder, example))
  const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--types', 'node']
  const tsc = join(root, 'node_modules/.bin/tsc')
  const compiled = spawnSync(`"${tsc}" ${example} --skipLibCheck ${options.join(' ')}`, {
    cwd: folder,
    encoding: 'utf8',
    shell: true,
  })
  expect(compiled.stdout + compiled.stderr).toBe('')
  return folder
}

test('the example of a loss of one’s own trains a model', () => {
  const folder = projectWith('custom-loss.ts')
  const output = join(folder, 'model')
  const run = spawnSync(process.execPath, ['custom-loss.js', TINY, output], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(run.status, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/^20 -?\d+\.\d{4}$/m)
  expect(existsSync(join(output, 'model.safetensors'))).toBe(true)
})
