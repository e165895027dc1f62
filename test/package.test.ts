import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'

const root = join(import.meta.dirname, '..')

function npm(folder: string, args: readonly string[], environment: Record<string, string> = {}) {
  return spawnSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 600_000,
  })
}

/** A fresh project that has the packed yuju installed, the native runtime's download failing. */
function installPacked(): string | undefined {
  const folder = temporaryFolder()
  const packed = npm(root, ['pack', '--pack-destination', folder, '--ignore-scripts'])
  expect(packed.stderr + packed.stdout).toContain('.tgz')
  const [tarball = ''] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  const installed = npm(folder, ['install', `./${tarball}`, '--ignore-scripts=false'], {
    ONNXRUNTIME_NODE_INSTALL: 'cuda12',
    // Only the download script heeds this proxy: nobody listens there.
    GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9',
    GLOBAL_AGENT_HTTP_PROXY: 'http://127.0.0.1:9',
  })
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN/.test(installed.stderr) && installed.status !== 0) {
    console.warn(`skipped: the npm registry cannot be reached: ${installed.stderr.slice(0, 200)}`)
    return undefined
  }
  expect(installed.status, installed.stderr).toBe(0)
  return folder
}

test('npm ci in the repository runs no script of a dependency', () => {
  const setting = npm(root, ['config', 'get', 'ignore-scripts'])
  expect(setting.stdout.trim()).toBe('true')
})

/** What the package has, by its path in it. */
function packedFiles(): readonly string[] {
  const { stdout, stderr } = npm(root, ['pack', '--dry-run', '--json', '--ignore-scripts'])
  const [packed] = Object.values<{ files: { path: string }[] }>(JSON.parse(stdout))
  expect(packed, stderr).toBeDefined()
  return packed?.files.map(({ path }) => path) ?? []
}

/** The files that a page of Markdown links to, relative to the project. */
function linkedFiles(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  const links = text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)
  return [...links]
    .map(([, inMarkdown, inHtml]) => inMarkdown ?? inHtml ?? '')
    .filter((link) => !/^[a-z]+:|^#/.test(link))
    .map((link) => posix.join(posix.dirname(page), link.replace(/#.*/, '')))
}

test('links of the packed pages lead to packed files', () => {
  const files = packedFiles()
  const isPacked = (path: string) => files.some((file) => `${file}/`.startsWith(`${path}/`))
  const pages = files.filter((file) => file.endsWith('.md') && !file.startsWith('dist/'))
  expect(pages).toContain('README.md')
  const broken = pages.flatMap((page) =>
    linkedFiles(page)
      .filter((path) => !isPacked(path))
      .map((path) => `${page}: ${path}`),
  )
  expect(broken).toEqual([])
}, 600_000)

test('scripts of the package import only what is packed', () => {
  const files = packedFiles()
  const scripts = files.filter((file) => /^(recipes|examples)\/.+\.m?[jt]s$/.test(file))
  expect(scripts).toContain('recipes/make-contrasts.mjs')
  const missing = scripts.flatMap((script) =>
    [...readFileSync(join(root, script), 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, name = '']) => posix.join(posix.dirname(script), name))
      .filter((path) => !files.includes(path))
      .map((path) => `${script}: ${path}`),
  )
  expect(missing).toEqual([])
}, 600_000)

test('the packed tarball installs and encodes where onnxruntime-node cannot be installed', () => {
  const folder = installPacked()
  if (folder === undefined) return
  expect(existsSync(join(folder, 'node_modules/onnxruntime-node'))).toBe(false)
  writeFileSync(
    join(folder, 'main.js'),
    `import { SentenceEncoder } from 'yuju'
     const encoder = await SentenceEncoder.load(${JSON.stringify(join(FIXTURES, 'models/tiny-bert-zh'))})
     const vector = await encoder.encode('花呗怎么还款')
     console.log(JSON.stringify({ backend: encoder.backend, length: vector.length }))`,
  )
  const run = spawnSync(process.execPath, ['main.js'], { cwd: folder, encoding: 'utf8' })
  expect(run.stderr).toMatch(/^onnxruntime-node is not installed, .+ several times slower.+\n$/)
  expect(JSON.parse(run.stdout)).toEqual({ backend: 'wasm', length: 48 })
  const help = spawnSync('npx', ['--no-install', 'yuju', '--help'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(help.stdout).toContain('encode')
  for (const script of ['make-contrasts', 'make-search-triplets']) {
    const path = `node_modules/yuju/recipes/${script}.mjs`
    const { stderr } = spawnSync(process.execPath, [path], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toMatch(/^usage: /)
  }
}, 900_000)
