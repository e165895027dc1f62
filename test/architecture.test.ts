import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

/** A page that the server hands out; what it fetches is the server itself. */
const RUNS_IN_BROWSERS = /^src\/server\/routes\/docs-page\.ts$/

/** What the demo takes of yuju: the door for browsers, and what speaks to its own worker. */
const DEMO_IMPORTS = /^(yuju\/web|\.\.\/\.\.\/dist\/(channel|errors)\/index\.js)$/

const root = join(import.meta.dirname, '..')

interface SourceFile {
  readonly path: string
  readonly folder: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources = readSources('src')

/** All modules below a folder of the repository. */
function readSources(below: string): readonly SourceFile[] {
  return readdirSync(join(root, below), { recursive: true, encoding: 'utf8' })
    .map((path) => `${below}/${path}`)
    .filter((path) => path.endsWith('.ts'))
    .filter((path) => !path.endsWith('.test.ts') && !path.includes('generated'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      const imports = [...text.matchAll(/(?:from|import\(|import) ?'([^']+)'/g)].flatMap(
        ([, name]) => name ?? [],
      )
      return {
        path,
        folder: path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '',
        text,
        imports,
      }
    })
}

/** The folder below src/ that a relative import of `path` leads to. */
function folderOf(path: string, imported: string): string {
  const target = normalize(join(dirname(path), imported)).split('/')
  return target.length > 2 ? (target[1] ?? '') : ''
}

function inFolder(path: string, imported: string, folder: string): boolean {
  return imported.startsWith('.') && normalize(join(dirname(path), imported)).startsWith(folder)
}

function filesImporting(pattern: RegExp): string[] {
  return sources
    .filter(({ imports }) => imports.some((name) => pattern.test(name)))
    .map((s) => s.path)
}

/** Of each folder of src/, the others that it imports. */
const IMPORTED = new Map<string, Set<string>>()
for (const { path, folder, imports } of sources.filter((source) => source.folder !== '')) {
  const targets = imports.filter((name) => name.startsWith('.')).map((name) => folderOf(path, name))
  const known = IMPORTED.get(folder) ?? new Set()
  IMPORTED.set(folder, new Set([...known, ...targets.filter((target) => target !== folder)]))
}

/** One above the highest that it imports. @throws Error for a circle; src/index.ts imports all */
function layerOf(folder: string, above: readonly string[] = []): number {
  if (folder === '' || above.includes(folder))
    throw new Error(`circle: ${[...above, folder].join(' → ')}`)
  const below = [...(IMPORTED.get(folder) ?? [])].map((one) => layerOf(one, [...above, folder]))
  return Math.max(0, ...below.map((layer) => layer + 1))
}

describe('the direction of imports', () => {
  test('folders import each other in no circle, in the layers of ARCHITECTURE.md', () => {
    const rows = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(
      /^\| (\d) +\| `([a-z-]+)` /gm,
    )
    const written = Object.fromEntries([...rows].map(([, layer, name]) => [name, Number(layer)]))
    const layers = Object.fromEntries([...IMPORTED.keys()].map((name) => [name, layerOf(name)]))
    expect(written).toEqual(layers)
  })

  test('each page imports its own files and the kit, and the kit imports neither page', () => {
    const crossing = readSources('web')
      .filter(({ path }) => !path.endsWith('vite.config.ts'))
      .flatMap(({ path, folder, imports }) =>
        imports
          .filter((name) => !(folder === 'demo' && DEMO_IMPORTS.test(name)))
          .filter((name) => !['kit', folder].some((known) => inFolder(path, name, `web/${known}/`)))
          .map((name) => `${path} imports ${name}`),
      )
    expect(crossing).toEqual([])
    expect(filesImporting(/(^|\/)web\/(kit|demo|server-page)\//)).toEqual([])
  })

  test('folders are entered through their index, or a module named for outside use', () => {
    const doors = [
      'index.ts',
      'internal.ts',
      'constants.ts',
      'operations.ts',
      'hub/index.ts',
      'portable.ts',
      'wasm.ts',
      'webgpu.ts',
    ]
    const wrong = sources.flatMap(({ path, folder, imports }) =>
      imports
        .filter((name) => name.startsWith('.') && folderOf(path, name) !== folder)
        .filter((name) => !doors.some((door) => name.endsWith(`/${door}`)))
        .map((name) => `${path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  test('constants.ts imports nothing, so that the command line can read it before it loads anything', () => {
    const leaves = sources.filter(({ path }) => path.endsWith('/constants.ts'))
    expect(leaves.length).toBeGreaterThan(0)
    expect(leaves.filter(({ imports }) => imports.length > 0)).toEqual([])
  })

  test('what internal.ts opens to other folders is open to no user', () => {
    const entries = ['src/index.ts', ...sources.map(({ path }) => path)].filter(
      (path) => path.endsWith('/index.ts') || path.endsWith('/portable.ts'),
    )
    const wrong = sources
      .filter(({ path }) => entries.includes(path))
      .filter(({ imports }) => imports.some((name) => name.endsWith('/internal.ts')))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})

describe('what browsers load', () => {
  /** What a file imports when it runs: types are gone by then. */
  function loaded({ text }: SourceFile): string[] {
    const statements = text.matchAll(/^(?:import|export) (?!type )[^']*? from '([^']+)'/gm)
    const later = text.matchAll(/\bimport\('([^']+)'\)/g)
    return [...statements, ...later].flatMap(([, name]) => name ?? [])
  }

  function reachable(start: readonly string[]): { files: Set<string>; packages: Set<string> } {
    const files = new Set<string>()
    const packages = new Set<string>()
    const waiting = [...start]
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const source = sources.find((one) => one.path === path)
      if (files.has(path) || !source) continue
      files.add(path)
      for (const name of loaded(source)) {
        if (name.startsWith('.')) waiting.push(normalize(join(dirname(path), name)))
        else packages.add(name)
      }
    }
    return { files, packages }
  }

  test('is nothing of Node, and few packages', () => {
    const ours = sources.map(({ path }) => path).filter((path) => path.startsWith('src/web/'))
    const { files, packages } = reachable(ours)
    expect(files).toContain('src/model/families/bert.ts')
    expect([...packages].sort()).toEqual([
      '@bufbuild/protobuf/wire',
      'onnxruntime-web/wasm',
      'onnxruntime-web/webgpu',
      'zod/mini',
    ])
  })

  test('portable.ts leads to nothing of Node', () => {
    const doors = sources.map(({ path }) => path).filter((path) => path.endsWith('/portable.ts'))
    expect(doors.length).toBeGreaterThan(0)
    const { packages } = reachable(doors)
    expect([...packages].filter((name) => name.startsWith('node:'))).toEqual([])
  })
})

describe('what only one place may do', () => {
  test('only runtime imports ONNX Runtime', () => {
    const outside = filesImporting(/^onnxruntime-/).filter(
      (path) => !path.startsWith('src/runtime/'),
    )
    expect(outside).toEqual([])
  })

  test('only bulk talks to Redis and to buckets', () => {
    const users = filesImporting(/^(bullmq|ioredis|@aws-sdk\/.*)$/)
    expect(users.filter((path) => !path.startsWith('src/bulk/'))).toEqual([])
  })

  test('only checkpoint/hub, web, a teacher that is a service, and what listens touch the network', () => {
    const users = [
      ...filesImporting(/^@huggingface\/hub$|^node:(http|https|net|tls|dns)/),
      ...sources.filter(({ text }) => /\bfetch\(/.test(text)).map(({ path }) => path),
    ]
    const outside = users
      .filter((path) => !path.startsWith('src/checkpoint/hub/'))
      .filter((path) => !RUNS_IN_BROWSERS.test(path))
    expect(outside.sort()).toEqual([
      'src/distil/teacher/http-teacher.ts',
      'src/server/listen.ts',
      'src/web/download.ts',
    ])
  })

  test('only cli touches process, but for the settings of the hub and of native libraries, and a program of its own', () => {
    const users = sources
      .filter(({ text, imports }) => imports.includes('node:process') || /\bprocess\./.test(text))
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('src/cli/'))
    expect(users.sort()).toEqual([
      'src/encoder/load.ts',
      'src/runtime/telemetry.ts',
      'src/search/optional-packages.ts',
      'src/server/engine/engine-main.ts',
    ])
    const load = sources.find(({ path }) => path === 'src/encoder/load.ts')
    expect(load?.text).toContain("import { env } from 'node:process'")
    expect(load?.text).not.toMatch(/\bprocess\./)
  })

  test('there is no default export, no enum and no any', () => {
    const wrong = sources.filter(({ text }) =>
      /export default|\benum \w+ \{|: any\b|as any\b/.test(text),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})
