import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { createStore, indexTexts, modelSettings } from 'yuju/search'
import { temporaryFolder } from './support/model-folder.ts'
import { TINY } from './support/server-client.ts'
import { FIXTURES } from './support/shared.ts'

const root = join(import.meta.dirname, '..')

/** What a docstring shows, by the name of what it belongs to. */
const examples = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => examplesOf(readFileSync(join(root, 'src', path), 'utf8'))),
)

function examplesOf(source: string): [name: string, code: string][] {
  const found = source.matchAll(
    /^ \* @example\n \* ```ts\n((?: \*.*\n)+?) \* ```\n \*\/\nexport (?:async )?\w+ (\w+)/gm,
  )
  return [...found].map(([, code = '', name = '']) => [name, code.replaceAll(/^ \* ?/gm, '')])
}

const WORDS = '花呗怎么还款今天天气不错出去走走借呗额度多少可以提前'.split('')
/** Unlike enough that a student of them does not collapse. */
const SENTENCES = Array.from({ length: 120 }, (_, i) =>
  Array.from({ length: 3 + (i % 6) }, (_, j) => WORDS[(i * 7 + j * (1 + (i % 5))) % 26]).join(''),
)

/** A project that has yuju, the examples in JavaScript, and the files that they name. */
async function project(): Promise<string> {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/yuju'), 'junction')
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, code] of examples) writeFileSync(join(folder, `${name}.ts`), code)
  cpSync(TINY, join(folder, 'my-model'), { recursive: true })
  cpSync(join(FIXTURES, 'rerankers/bert'), join(folder, 'my-reranker'), { recursive: true })
  const pairs = SENTENCES.map((text, i) => `${text}\t${SENTENCES[(i * 3 + 1) % 120]}\t${i % 6}\n`)
  writeFileSync(join(folder, 'pairs.tsv'), pairs.join(''))
  writeFileSync(join(folder, 'scored.tsv'), `sentence1\tsentence2\tscore\n${pairs.join('')}`)
  writeFileSync(join(folder, 'sentences.txt'), `${SENTENCES.join('\n')}\n`)
  await using encoder = await SentenceEncoder.load(TINY)
  const { dimensions, checkpoint } = encoder
  const settings = { ...(await modelSettings(checkpoint)), dimensions }
  const store = await createStore(join(folder, 'my-store'), settings)
  const texts = SENTENCES.map((text, i) => ({ id: `${i}`, text }))
  await indexTexts(encoder, store, texts)
  await store.close()
  return folder
}

function compile(folder: string): string {
  const options = '--module nodenext --target es2023 --strict --types node --skipLibCheck'
  const files = [...examples.keys()].map((name) => `${name}.ts`).join(' ')
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout, stderr } = spawnSync(`"${tsc}" ${files} ${options}`, {
    cwd: folder,
    encoding: 'utf8',
    shell: true,
  })
  return stdout + stderr
}

test('the examples are short, and those of the main entries', () => {
  expect([...examples.keys()].sort()).toEqual([
    'Reranker',
    'SentenceEncoder',
    'createServer',
    'distil',
    'evaluateTasks',
    'mineParaphrases',
    'openStore',
    'train',
  ])
  for (const [name, code] of examples) {
    const lines = code.split('\n').filter((line) => line !== '')
    expect(lines.length, name).toBeGreaterThanOrEqual(3)
    expect(lines.length, name).toBeLessThanOrEqual(8)
  }
})

test('the examples are well typed, and do what they say', async () => {
  const folder = await project()
  expect(compile(folder)).toBe('')
  for (const name of examples.keys()) {
    const run = spawnSync(process.execPath, [`${name}.js`], { cwd: folder, encoding: 'utf8' })
    expect(run.status, `${name}: ${run.stderr}`).toBe(0)
  }
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['trained', 'student']))
}, 600_000)
