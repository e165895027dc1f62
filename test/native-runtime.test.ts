import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
const TINY = join(FIXTURES, 'models/tiny-bert-zh')
/** 15,000 bytes: from somewhat less on, the runtime's report overflowed the stack of a thread. */
const LONG = '好'.repeat(5000)

interface Program {
  readonly source: string
  readonly words?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly dist?: string
}

/** Runs a user's own program, which may import from `DIST`. */
function run({ source, words = [], env = {}, dist = DIST }: Program) {
  const path = join(temporaryFolder(), 'program.mjs')
  writeFileSync(path, source.replaceAll('DIST', pathToFileURL(dist).href))
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env
  const options = { encoding: 'utf8', timeout: 120_000, env: { ...inherited, ...env } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...words], options)
  return { status, stdout: stdout.trim(), stderr }
}

const encoding = (options = '{}') => `
  import { SentenceEncoder } from 'DIST/index.js'
  const encoder = await SentenceEncoder.load(${JSON.stringify(TINY)}, ${options})
  const { length } = await encoder.encode('花呗')
  console.log(encoder.backend, length)`

describe('a long command line', () => {
  test('of yuju itself', async () => {
    const { code, stdout } = await yuju('encode', LONG, '--model', TINY, '--truncate', 'silent')
    expect(code).toBe(0)
    expect(stdout.startsWith(LONG)).toBe(true)
  })

  test.each([15_000, 120_000])('of %d bytes, of a program that encodes', (bytes) => {
    const words = ['好'.repeat(bytes / 3)]
    expect(run({ source: encoding(), words })).toEqual({
      status: 0,
      stdout: 'native 48',
      stderr: '',
    })
  })

  test('of a program that trains', () => {
    const source = `
      import { cosent, datasetOf, TrainingSession } from 'DIST/train/index.js'
      const rows = [['花呗', '借呗', 1], ['花呗', '天气', 0]]
      const dataset = datasetOf({ name: 'pairs', kind: 'scored-pairs', rows })
      const sources = [{ dataset, loss: cosent(), batchSize: 2 }]
      const session = await TrainingSession.open({ model: ${JSON.stringify(TINY)}, sources })
      const examples = [dataset.example(0), dataset.example(1)]
      const batch = await session.prepare([{ source: 0, examples }])
      console.log((await session.step(batch, 0)).loss > 0)
      await session.dispose()`
    expect(run({ source, words: [LONG] })).toEqual({ status: 0, stdout: 'true', stderr: '' })
  })

  /** A program that encodes in a worker thread of its own, where yuju has no way to the environment. */
  const inWorker = (options?: string) => `
    import { Worker } from 'node:worker_threads'
    if (process.argv[3] === 'main') process.env.ORT_DISABLE_TELEMETRY = '1'
    const source = ${JSON.stringify(encoding(options))}
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)))`

  test.skipIf(process.platform !== 'linux')(
    'of a program whose own thread encodes: WebAssembly, and a word of what to do',
    () => {
      const { status, stdout, stderr } = run({ source: inWorker(), words: [LONG] })
      expect([status, stdout]).toEqual([0, 'wasm 48'])
      expect(stderr).toContain(
        'worker thread, for its long command line, so that the model runs in Web',
      )
      expect(stderr).toContain('set ORT_DISABLE_TELEMETRY=1 in the environment')
      const source = inWorker("{ backend: 'native' }")
      const refused = run({ source, words: [LONG] })
      expect(refused.status).toBe(1)
      expect(refused.stderr).toContain('for its long command line')
    },
  )

  test('of such a program that does what the warning says', () => {
    const native = { status: 0, stdout: 'native 48', stderr: '' }
    const source = inWorker()
    const env = { ORT_DISABLE_TELEMETRY: '1' }
    expect(run({ source, words: [LONG], env })).toEqual(native)
    expect(run({ source, words: [LONG, 'main'] })).toEqual(native)
  })
})

test.skipIf(process.platform === 'win32')('ONNX Runtime reports nothing to anybody', () => {
  const home = temporaryFolder()
  const env = { HOME: home, XDG_CACHE_HOME: '', GITHUB_ACTIONS: '', CI: '' }
  expect(run({ source: encoding(), env }).stdout).toBe('native 48')
  expect(readdirSync(home)).toEqual([])
})

describe('where the native runtime', () => {
  /** yuju as it is installed, but for `onnxruntime-node`, which is missing, or holds this code. */
  function installed(native?: string): string {
    const modules = join(temporaryFolder(), 'node_modules')
    const yujuFolder = join(modules, 'yuju')
    mkdirSync(yujuFolder, { recursive: true })
    cpSync(DIST, join(yujuFolder, 'dist'), { recursive: true })
    cpSync(join(ROOT, 'package.json'), join(yujuFolder, 'package.json'))
    const { dependencies } = readJson<{ dependencies: Record<string, string> }>(
      join(ROOT, 'package.json'),
    )
    for (const name of Object.keys(dependencies)) {
      mkdirSync(join(modules, name, '..'), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    }
    if (native !== undefined) {
      mkdirSync(join(modules, 'onnxruntime-node'))
      writeFileSync(join(modules, 'onnxruntime-node/index.js'), native)
    }
    return join(yujuFolder, 'dist')
  }
  const broken = "throw new Error('version `GLIBC_2.99\\' not found\\nand more')"

  test.each([
    ['is missing', undefined, 'onnxruntime-node is not installed, so that'],
    ['does not load', broken, "not be loaded (version `GLIBC_2.99' not found), so that"],
  ])('%s: one warning says so, and how to get it', (_, native, reason) => {
    const dist = installed(native)
    const { status, stdout, stderr } = run({ source: encoding(), dist })
    expect([status, stdout]).toEqual([0, 'wasm 48'])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(reason)
    expect(stderr).toContain('install it with: ONNXRUNTIME_NODE_INSTALL=skip npm install onnx')
  })

  test('is missing: the command line says so, unless WebAssembly was asked for', () => {
    const main = join(installed(), 'cli/main.js')
    const command = (...words: readonly string[]) =>
      spawnSync(process.execPath, [main, 'encode', '花呗', '--model', TINY, ...words], {
        encoding: 'utf8',
      })
    const warned = command()
    expect([warned.status, warned.stderr.split('\n').length]).toEqual([0, 2])
    expect(warned.stderr).toMatch(/^warning: onnxruntime-node is not installed/)
    expect(command('--backend', 'wasm')).toMatchObject({ status: 0, stderr: '' })
    const refused = command('--backend', 'native')
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/^yuju: onnxruntime-node is not installed; install it with/)
  })

  test('is missing: training says so', () => {
    const dist = installed()
    const source = `
      import { cosent, datasetOf, TrainingSession } from 'DIST/train/index.js'
      const rows = [['花呗', '借呗', 1]]
      const dataset = datasetOf({ name: 'pairs', kind: 'scored-pairs', rows })
      const sources = [{ dataset, loss: cosent(), batchSize: 2 }]
      const session = await TrainingSession.open({ model: ${JSON.stringify(TINY)}, sources })
      await session.dispose()`
    const { status, stderr } = run({ source, dist })
    expect([status, stderr.trim().split('\n').length]).toEqual([0, 1])
    expect(stderr).toContain('onnxruntime-node is not installed')
  })
})
