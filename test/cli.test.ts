import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { finished, MAIN, start, yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const TEXTS = readJson<string[]>(join(FIXTURES, 'texts.json'))
const LONG = '长文本'.repeat(300)
const isRoot = process.getuid?.() === 0

/** A run with the tiny model that must succeed without a word on stderr. */
async function succeed(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await yuju(command, '--model', TINY, ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function inputFile(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce(
    (worst, x, i) => Math.max(worst, Math.abs(x - (b[i] ?? Number.NaN))),
    0,
  )
}

/** The addresses of all modules that a command line loads, seen by a hook in Node's loader. */
function loadedModules(words: readonly string[]): string[] {
  const log = join(temporaryFolder(), 'modules')
  const hook = `
    import { appendFileSync } from 'node:fs'
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(log)}, url + '\\n')
      return next(url, context)
    }`
  const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`
  const url = JSON.stringify(asUrl(hook))
  const register = asUrl(`import { register } from 'node:module'; register(${url})`)
  execFileSync(process.execPath, ['--import', register, MAIN, ...words])
  return readFileSync(log, 'utf8').trimEnd().split('\n')
}

describe('help', () => {
  test.each([['--help'], ['-h']])('%s lists the commands', async (flag) => {
    const { code, stdout } = await yuju(flag)
    expect(code).toBe(0)
    for (const name of [
      'encode',
      'similarity',
      'rerank',
      'tokenize',
      'inspect',
      'evaluate',
      'mine',
      'cluster',
      'card',
      'export',
      'index',
      'search',
      'delete',
      'bulk',
      'demo',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} {2,}\\w`, 'm'))
    }
    expect(stdout).not.toContain('\x1b')
  })

  test.each([
    'encode',
    'similarity',
    'rerank',
    'tokenize',
    'inspect',
    'evaluate',
    'benchmark',
    'mine',
    'cluster',
    'card',
    'export',
    'index',
    'search',
    'delete',
    'bulk start',
    'bulk worker',
    'bulk status',
    'bulk failed',
    'bulk remove',
    'demo',
  ])('%s --help', async (command) => {
    const { code, stdout, stderr } = await yuju(...command.split(' '), '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`yuju ${command}`)
    expect(stdout).toContain('--json')
  })

  test.each([
    [['--help']],
    [['encode', '--help']],
    [['bulk', 'worker', '--help']],
    [['--version']],
  ])('%j loads no other package than the one that parses it', (words) => {
    const packages = loadedModules(words).flatMap(
      (url) => /node_modules\/([^/]+)/.exec(url)?.[1] ?? [],
    )
    expect([...new Set(packages)]).toEqual(['citty'])
  })

  test('--version is that of the package', async () => {
    const { version } = readJson<{ version: string }>(join(import.meta.dirname, '../package.json'))
    expect(await yuju('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('encode', () => {
  test('prints the head of each vector', async () => {
    const stdout = await succeed('encode', '花呗怎么还款', '天气')
    const number = String.raw`-?\d\.\d{4}`
    expect(stdout).toMatch(
      new RegExp(`^花呗怎么还款\\n *(${number} +){6}…\\n天气\\n *(${number} +){6}…\\n$`),
    )
  })

  test('--json: a line for each text', async () => {
    const [first, second] = jsonLines(
      await succeed('encode', '短', LONG, '--truncate', 'silent', '--json'),
    )
    expect(first).toMatchObject({ text: '短', tokens: 3, truncated: 0 })
    expect(second).toMatchObject({ text: LONG, tokens: 256, truncated: 902 - 256 })
    expect(first?.embedding).toHaveLength(48)
  })

  test('a text that starts with a hyphen goes behind --', async () => {
    const [line] = jsonLines(await succeed('encode', '--json', '--', '-花呗'))
    expect(line?.text).toBe('-花呗')
  })

  test('.npy holds the vectors of sentence-transformers, in order', async () => {
    const golden = readNpy(join(FIXTURES, 'embeddings/tiny-bert-zh.npy'))
    const output = join(temporaryFolder(), 'vectors.npy')
    const input = inputFile('texts.json', JSON.stringify(TEXTS))
    const stdout = await succeed(
      ...(['encode', '--input', input, '--output', output, '--truncate', 'silent'] as const),
    )
    expect(stdout).toContain(`${output}: ${TEXTS.length} vectors, 48 x float32`)
    const ours = readNpy(output)
    expect([ours.rows, ours.columns]).toEqual([golden.rows, golden.columns])
    expect(largestDifference(ours.data, golden.data)).toBeLessThanOrEqual(2e-5)
    expect(readdirSync(dirname(output))).toEqual(['vectors.npy'])
  })

  test('--output --json says what was written', async () => {
    const output = join(temporaryFolder(), 'vectors.npy')
    const input = inputFile('texts.txt.gz', gzipSync('花呗\n\n天气\n'))
    const [summary] = jsonLines(
      await succeed('encode', '--input', input, '--output', output, '--type', 'ubinary', '--json'),
    )
    expect(summary).toMatchObject({
      output,
      rows: 3,
      dimensions: 48,
      type: 'ubinary',
      truncated: 0,
    })
    expect(statSync(output).size).toBe(128 + 3 * 6)
  })

  test('.jsonl and .parquet hold texts and vectors', async () => {
    const folder = temporaryFolder()
    const input = inputFile('texts.tsv', 'id\ttext\n1\t花呗\n2\t天气\n')
    const [jsonl, parquet] = [join(folder, 'v.jsonl'), join(folder, 'v.parquet')]
    await succeed('encode', '--input', input, '--column', 'text', '--output', jsonl)
    await succeed('encode', '--input', input, '--column', 'text', '--output', parquet)
    const lines = jsonLines(readFileSync(jsonl, 'utf8'))
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) })
    expect(lines.map(({ text }) => text)).toEqual(['花呗', '天气'])
    expect(rows.map(({ text }) => text)).toEqual(['花呗', '天气'])
    rows.forEach(({ embedding }, row) => {
      expect(largestDifference(embedding, lines[row]?.embedding as number[])).toBeLessThan(1e-7)
    })
  })

  test('int8 steps cover the range of all texts', async () => {
    const output = join(temporaryFolder(), 'vectors.npy')
    await succeed('encode', '花呗', '天气', '--type', 'int8', '--output', output)
    const numbers = new Int8Array(readFileSync(output).subarray(128))
    expect(numbers).toHaveLength(96)
    for (let i = 0; i < 48; i += 1) {
      const [low = 0, high = 0] = [numbers[i] ?? 0, numbers[48 + i] ?? 0].sort((a, b) => a - b)
      expect(low).toBe(-128)
      // The last step's border is reached only where the division by 255 comes out even.
      expect(high).toBeGreaterThanOrEqual(126)
    }
    const { code, stderr } = await yuju('encode', '花呗', '--type', 'int8', '--model', TINY)
    expect(code).toBe(1)
    expect(stderr).toContain('the steps of int8 cover the range')
  })

  test('reads from a pipe', async () => {
    const child = start(['encode', '--input', '-', '--column', '0', '--format', 'csv', '--json'], {
      YUJU_MODEL: TINY,
    })
    const row = Buffer.from('"花,呗"\n')
    child.stdin?.write(row.subarray(0, 2))
    child.stdin?.end(row.subarray(2))
    const { code, stdout } = await finished(child)
    expect(code).toBe(0)
    expect(jsonLines(stdout).map(({ text }) => text)).toEqual(['花,呗'])
  })

  test('a long text is a warning on stderr', async () => {
    const { code, stderr } = await yuju('encode', '短', LONG, '--model', TINY)
    expect(code).toBe(0)
    expect(stderr).toBe(
      'warning: 1 of 2 texts were truncated to 256 tokens; 646 tokens were removed\n',
    )
  })
})

describe('other commands', () => {
  test('similarity', async () => {
    const stdout = await succeed('similarity', '花呗', '花呗')
    expect(stdout).toBe('1.0000 cosine\n')
    const [json] = jsonLines(await succeed('similarity', '花呗', '天气', '--json'))
    expect(json).toEqual({ model: TINY, similarity: 'cosine', score: expect.any(Number) })
  })

  test('rerank', async () => {
    const documents = ['还款', '今天天气真不错，适合出去走走。', '花呗怎么还款？花呗怎么还款！']
    const input = inputFile('documents.txt', documents.join('\n'))
    const ranked = async (...words: readonly string[]) => {
      const { code, stdout, stderr } = await yuju('rerank', '花呗怎么还款', ...words)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return stdout
    }
    const model = ['--model', join(FIXTURES, 'rerankers/bert')]
    const lines = jsonLines(await ranked('--input', input, '--json', ...model))
    // The scores of rerankers/scores.json.
    expect(lines).toEqual([
      { index: 2, score: expect.closeTo(0.831913, 5), text: documents[2] },
      { index: 0, score: expect.closeTo(0.808764, 5), text: documents[0] },
      { index: 1, score: expect.closeTo(0.801559, 5), text: documents[1] },
    ])
    const best = await ranked(...documents, '--top-k', '1', ...model)
    expect(best).toBe(`0.8319\t2\t${documents[2]}\n`)
  })

  test('tokenize', async () => {
    const stdout = await succeed('tokenize', '花呗怎么还款', '--max-length', '5')
    expect(stdout).toMatch(/^花呗怎么还款\n5 tokens, and 3 more were truncated\n +101 {2}\[CLS\]\n/)
    const [json] = jsonLines(await succeed('tokenize', '花呗', '--json'))
    expect(json).toEqual({
      text: '花呗',
      tokens: ['[CLS]', '花', '呗', '[SEP]'],
      ids: [101, 5709, 1446, 102],
      truncated: 0,
    })
  })

  test('inspect', async () => {
    const { code, stdout } = await yuju('inspect', TINY)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^modules +pooling mean$/m)
    const [json] = jsonLines((await yuju('inspect', TINY, '--json')).stdout)
    expect(json).toMatchObject({
      folder: TINY,
      architecture: 'BertModel',
      dimensions: 48,
      maxLength: 256,
      weightTypes: ['float32'],
      modules: ['pooling mean'],
      similarity: 'cosine',
    })
  })

  test('export saves a folder that encodes alike, with what other programs and browsers need', async () => {
    const output = join(temporaryFolder(), 'saved')
    const exported = await yuju('export', TINY, '--output', output, '--onnx', '--web', '--json')
    expect(exported).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ output, onnx: true, web: true })}\n`,
      stderr: '',
    })
    for (const file of ['modules.json', 'tokenizer.json', 'onnx/model.onnx', 'yuju-web.json']) {
      expect(existsSync(join(output, file))).toBe(true)
    }
    const saved = await yuju('encode', '花呗', '--model', output, '--json')
    expect(saved.stdout).toBe(await succeed('encode', '花呗', '--json'))
    const again = await yuju('export', TINY, '--output', output)
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^yuju: .+\n$/)
  })

  test('export in half the precision', async () => {
    const output = join(temporaryFolder(), 'saved')
    expect((await yuju('export', TINY, '--output', output, '--precision', 'float16')).code).toBe(0)
    const [json] = jsonLines((await yuju('inspect', output, '--json')).stdout)
    expect(json?.weightTypes).toEqual(['float16'])
  })

  test('demo', async () => {
    const stdout = await succeed('demo')
    expect(stdout).toMatch(/^model +tiny-bert-zh$/m)
    expect(stdout).toMatch(/^cosine +0\.\d{4}$/m)
    const [json] = jsonLines(await succeed('demo', '--json'))
    expect(json).toMatchObject({ dimensions: 48, similarity: 'cosine' })
    expect(json?.embeddings).toHaveLength(2)
  })

  test('the model that ships is taken where none is named', async () => {
    expect((await yuju('demo')).stdout).toMatch(/^model +yuju-small-zh$/m)
  })
})

describe('wrong usage is exit code 2', () => {
  test.each([
    [[], 'no command was named; see yuju --help'],
    [['encod'], 'there is no command encod; did you mean encode?'],
    [['--verbose'], 'there is no flag --verbose; see yuju --help'],
    [['encode', '花', '--modle', TINY], 'there is no flag --modle; did you mean --model?'],
    [['encode', '花', '--no-json'], 'there is no flag --no-json'],
    [['encode', '花', '-x'], 'there is no flag -x; a text that starts with "-" goes behind --'],
    [['encode', '花', '--model'], '--model needs a value'],
    [['encode', '花', '--prompt', '--json'], '--prompt needs a value, but --json follows'],
    [['encode', '花', '--json=yes'], '--json takes no value, but got "yes"'],
    [['encode'], 'no texts were given; name some, or an --input'],
    [['encode', '花', '--input', 'a.txt'], 'texts come as arguments or from --input, not both'],
    [['encode', '花', '--model', ''], '--model is empty'],
    [['encode', '花', '--model', TINY, '--type', 'int4'], '--type must be one of float32, int8'],
    [['encode', '花', '--model', TINY, '--max-length', '-1'], '--max-length needs a value'],
    [['encode', '花', '--model', TINY, '--max-length', '1.5'], 'must be a whole number'],
    [['encode', '花', '--model', TINY, '--max-length', '999'], 'from 1 to 256, but is 999'],
    [['encode', '花', '--model', TINY, '--output', 'a.csv'], 'written to .npy, .jsonl or .parquet'],
    [['encode', '--input', 'a.doc', '--model', TINY], 'does not tell its format'],
    [['similarity', '花', '--model', TINY], 'the argument B is missing'],
    [['similarity', '花', '花', '花', '--model', TINY], 'one argument too many: "花"'],
    [['rerank', '花', '花'], '--model is missing; name a cross-encoder'],
    [['rerank', '花', '--model', TINY], 'no texts were given; name some, or an --input'],
    [['inspect'], 'the argument MODEL is missing'],
    [['export', TINY], '--output is missing'],
    [['bulk'], 'no command was named; see yuju bulk --help'],
    [['bulk', 'strat'], 'there is no command strat; did you mean start?'],
    [['bulk', 'start', 'x'], '--input is missing'],
    [['bulk', 'worker'], 'the argument NAME is missing'],
  ])('%j', async (words, message) => {
    const { code, stdout, stderr } = await yuju(...words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^yuju: .+\n$/)
    expect(stderr).toContain(message)
  })
})

describe('failures are exit code 1 and one sentence', () => {
  async function fail(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await yuju('encode', ...words)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^yuju: .+\n$/)
    return stderr
  }

  test('no such model folder', async () => {
    expect(await fail('花', '--model', './missing')).toContain('missing')
  })

  test('no such input', async () => {
    const stderr = await fail('--input', '/missing/a.txt', '--model', TINY)
    expect(stderr).toBe('yuju: there is no file /missing/a.txt\n')
  })

  test('input that is not UTF-8', async () => {
    const path = inputFile('gb.txt', Buffer.from([0x61, 0x0a, 0xd6, 0xd0]))
    expect(await fail('--input', path, '--model', TINY)).toContain(`${path}, line 2: not UTF-8`)
  })

  test('empty input', async () => {
    const path = inputFile('empty.txt', '')
    expect(await fail('--input', path, '--model', TINY)).toContain('holds no texts')
  })

  test('an error in the middle leaves no file', async () => {
    const output = join(temporaryFolder(), 'vectors.npy')
    const path = inputFile('bad.jsonl', `${'"花呗"\n'.repeat(9000)}{`)
    const stderr = await fail('--input', path, '--output', output, '--model', TINY)
    expect(stderr).toContain(`${path}, line 9001: malformed JSON`)
    expect(readdirSync(dirname(output))).toEqual([])
  })

  test('a text over the limit with --truncate error', async () => {
    const stderr = await fail('短', LONG, '--truncate', 'error', '--model', TINY)
    expect(stderr).toContain('has 646 tokens more than the limit of 256')
  })

  test('an output folder that is missing', async () => {
    const output = join(temporaryFolder(), 'missing/vectors.npy')
    expect(await fail('花', '--output', output, '--model', TINY)).toBe(
      `yuju: ${output} could not be written: its folder does not exist; make it first\n`,
    )
  })

  // Nothing keeps root from writing, but the kernel's own folder.
  const unwritable = isRoot && process.platform === 'linux' ? '/sys' : undefined
  test('an output folder that may not be written', async () => {
    const folder = unwritable ?? join(temporaryFolder(), 'locked')
    if (!unwritable) mkdirSync(folder, { mode: 0o500 })
    const stderr = await fail('花', '--output', join(folder, 'vectors.npy'), '--model', TINY)
    expect(stderr).toContain('its folder may not be written; choose another')
  })

  test('YUJU_DEBUG=1 adds the stack', async () => {
    const child = start(['encode', '花', '--model', './missing'], { YUJU_DEBUG: '1' })
    expect((await finished(child)).stderr).toMatch(/^yuju: .+\n\w*Error: [\s\S]+\n +at /)
  })
})

describe('a full disk', () => {
  const many = Array.from({ length: 2000 }, (_, i) => `第${i}句`).join('\n')

  test('the disk has no room', async ({ skip }) => {
    const folder = temporaryFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' })
    } catch {
      skip('a small disk cannot be mounted here')
    }
    onTestFinished(() => void execFileSync('umount', [folder]))
    const { code, stderr } = await yuju(
      ...['encode', '--input', inputFile('many.txt', many)],
      ...['--output', join(folder, 'vectors.npy'), '--model', TINY],
    )
    expect(code).toBe(1)
    expect(stderr).toContain('could not be written: the disk is full; make room or choose another')
    expect(readdirSync(folder)).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('a file may not grow so large', async () => {
    const output = join(temporaryFolder(), 'vectors.npy')
    const input = inputFile('many.txt', many)
    const command = `ulimit -f 64; exec "$0" "$@"`
    const words = ['encode', '--input', input, '--output', output, '--model', TINY]
    const { code, stderr } = await finished(
      spawn('bash', ['-c', command, process.execPath, MAIN, ...words]),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('it grew beyond the largest file allowed')
    expect(readdirSync(dirname(output))).toEqual([])
  })
})

describe('interruption', () => {
  /** An encoding that waits for more of its input, and the size of what it has written so far. */
  function endless(): { readonly child: ChildProcess; readonly folder: string; size(): number } {
    const folder = temporaryFolder()
    const output = join(folder, 'vectors.npy')
    const child = start(['encode', '--input', '-', '--output', output, '--model', TINY])
    child.stdin?.on('error', () => {})
    child.stdin?.write('花呗\n'.repeat(9000))
    const size = () =>
      readdirSync(folder).reduce((sum, f) => sum + statSync(join(folder, f)).size, 0)
    return { child, folder, size }
  }

  async function interrupted(child: ChildProcess, folder: string): Promise<void> {
    child.kill('SIGINT')
    const { code, stdout, stderr } = await finished(child)
    expect({ code, stdout, stderr }).toEqual({
      code: 130,
      stdout: '',
      stderr: 'yuju: interrupted\n',
    })
    expect(readdirSync(folder)).toEqual([])
  }

  test('Ctrl-C while the model is loaded', async () => {
    const { child, folder } = endless()
    while (readdirSync(folder).length === 0) await sleep(2)
    await interrupted(child, folder)
  })

  test('Ctrl-C in the middle leaves no half-written file', async () => {
    const { child, folder, size } = endless()
    while (size() === 0) await sleep(5)
    await interrupted(child, folder)
  })

  test('a reader that has enough ends it quietly', async () => {
    const input = inputFile('many.txt', '花呗\n'.repeat(20_000))
    const command = 'set -o pipefail; "$0" "$@" | head -n 1 >/dev/null; echo "code $?"'
    const words = ['encode', '--input', input, '--json', '--model', TINY]
    const { stdout, stderr } = await finished(
      spawn('bash', ['-c', command, process.execPath, MAIN, ...words]),
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'code 0\n', stderr: '' })
  })
})

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  const run = (redirect: string, words: readonly string[]) =>
    finished(spawn('bash', ['-c', `"$0" "$@" ${redirect}`, process.execPath, MAIN, ...words]))
  const many = () => ['encode', '--input', inputFile('many.txt', '花呗\n'.repeat(20_000)), '--json']

  test.each<[string, () => readonly string[]]>([
    ['a result', () => ['encode', '花呗', '--model', TINY]],
    ['many results', () => [...many(), '--model', TINY]],
    ['fields', () => ['inspect', TINY]],
    ['help', () => ['encode', '--help']],
    ['help of a group', () => ['bulk', '--help']],
    ['the version', () => ['--version']],
  ])('%s: one sentence, and exit code 1', async (_, words) => {
    expect(await run('>/dev/full', words())).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'yuju: standard output could not be written: the disk is full; make room or choose another\n',
    })
  })

  test('warnings and errors: the exit code stays', async () => {
    expect((await run('2>/dev/full', ['encod'])).code).toBe(2)
    const warned = await run('2>/dev/full', ['encode', LONG, '--model', TINY])
    expect(warned.code).toBe(0)
    expect(warned.stdout.startsWith(LONG)).toBe(true)
  })
})

test('the program runs through a link, as npm installs it', async () => {
  const link = join(temporaryFolder(), 'yuju')
  symlinkSync(MAIN, link)
  const { code, stdout } = await finished(spawn(process.execPath, [link, '--version']))
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/)
})
