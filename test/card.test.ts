import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { temporaryFolder } from './support/model-folder.ts'
import { retrievalFolder } from './support/retrieval-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const TEXTS = ['花呗怎么还款', '今天天气真不错', '打开微信', '一个女人']

function modelFolder(): string {
  const folder = join(temporaryFolder(), 'tiny')
  cpSync(TINY, folder, { recursive: true })
  return folder
}

function file(name: string, content: string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

async function succeed(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await yuju(...words)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return stdout
}

async function evaluation(model: string): Promise<string> {
  const data = temporaryFolder()
  mkdirSync(join(data, 'afqmc'))
  const pairs = TEXTS.map((text, at) => `${text}\t${TEXTS[(at + at) % 4]}\t${at % 2}`)
  writeFileSync(join(data, 'afqmc/dev.tsv'), `${pairs.join('\n')}\n`)
  const words = ['--data', data, '--tasks', 'afqmc', '--vector-cache', temporaryFolder()]
  const search = ['--retrieval', retrievalFolder()]
  return succeed('evaluate', model, TINY, '--prompt', '问：', ...words, ...search, '--json')
}

async function benchmark(model: string): Promise<string> {
  const input = file('texts.txt', TEXTS.join('\n'))
  return succeed('benchmark', model, '--input', input, '--repetitions', '1', '--json')
}

const RUN = {
  versions: { yuju: '0.1.0', onnxruntime: '1.30.0' },
  model: '00',
  data: [
    { name: 'pairs', examples: 1234, sha256: 'abcdef0123456789' },
    { name: 'own', examples: 5 },
  ],
  settings: { seed: 3, steps: 10 },
  record: { recipe: { model: 'teacher', data: [{ path: 'pairs.tsv' }] } },
  result: { steps: 10 },
}

test('cards of an evaluated, measured and trained model', async () => {
  const folder = modelFolder()
  mkdirSync(join(folder, 'training'))
  writeFileSync(join(folder, 'training/run.json'), JSON.stringify(RUN))
  const report = await evaluation(folder)
  const records = [
    ...['--evaluation', file('evaluation.json', report)],
    ...['--benchmark', file('benchmark.json', await benchmark(folder))],
  ]
  const stdout = await succeed('card', folder, ...records, '--license', 'mit', '--name', 'me/tiny')
  expect(stdout).toBe(`${join(folder, 'README.md')}\n${join(folder, 'README.zh.md')}\n`)
  const [english, chinese] = ['README.md', 'README.zh.md'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  )
  const [own] = JSON.parse(report).models
  const { score, spearman } = own.results[0]
  for (const card of [english, chinese]) {
    expect(card).toContain('await SentenceEncoder.load("me/tiny")')
    expect(card).toContain('model = SentenceTransformer("me/tiny")')
    expect(card).toContain(`| tiny | ${score.toFixed(2)} | ${score.toFixed(2)} |`)
    expect(card).toContain('`"问："`')
    // Texts that find themselves.
    expect(card).toContain('| tiny | 100.00 (100.0 – 100.0) |')
    expect(card).toMatch(/^\| tiny \|( [\d.e+-]+ \|){3} 1.00 \|$/m)
    expect(card).toContain('| pairs | 1,234 | abcdef012345 |')
    expect(card).toContain('| own | 5 | - |')
    expect(card).toContain('"path": "pairs.tsv"')
    expect(card).toContain('1,266,432')
  }
  expect(english).toMatch(/^---\nlanguage:\n- zh\nlicense: mit\n/)
  expect(english).toContain(`value: ${Number((spearman.cosine / 100).toFixed(4))}\n`)
  expect(chinese).toMatch(/^# me\/tiny\n\n\[English\]\(README.md\)\n/)
  await using encoder = await SentenceEncoder.load(folder)
  expect(encoder.dimensions).toBe(48)
})

test('a card is not replaced unasked', async () => {
  const folder = modelFolder()
  writeFileSync(join(folder, 'README.zh.md'), '我的')
  const refused = await yuju('card', folder)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('README.zh.md is there already; give --overwrite to replace it')
  expect(existsSync(join(folder, 'README.md'))).toBe(false)
  const { code, stdout, stderr } = await yuju('card', folder, '--overwrite', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout).files).toHaveLength(2)
  expect(stderr).toBe('note: no --license was given; the cards say so\n')
  expect(readFileSync(join(folder, 'README.zh.md'), 'utf8')).toContain('未注明许可。')
})

test('cards can be written elsewhere', async () => {
  const output = temporaryFolder()
  await succeed('card', TINY, '--output', output)
  expect(existsSync(join(output, 'README.md'))).toBe(true)
})

test.each([
  ['{"models": []}', 'is not what yuju evaluate --json writes: tasks: '],
  ['not JSON', 'is not what yuju evaluate --json writes: the file: '],
])('an evaluation that is none: %j', async (content, message) => {
  const words = ['--evaluation', file('evaluation.json', content), '--output', temporaryFolder()]
  const { code, stderr } = await yuju('card', TINY, ...words)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})
