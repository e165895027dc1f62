import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { DENSE, TINY } from './support/server-client.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

let running: ChildProcess | undefined

afterEach(() => {
  running?.kill('SIGKILL')
})

/** Starts `yuju serve --json` and waits for the line that says where it listens. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = start(['serve', '--json', '--port', '0', ...args], env)
  running = child
  const log: string[] = []
  if (!child.stdout || !child.stderr) throw new Error('the command has no output')
  createInterface(child.stderr).on('line', (line) => log.push(line))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url, models, indexes } = JSON.parse(line) as Record<'models' | 'indexes', string[]> & {
    url: string
  }
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  return { child, url, models, indexes, log, ended }
}

function embed(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}/embed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"inputs":"机密"}',
  })
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.arrayBuffer()
  return response.status
}

describe('yuju serve', () => {
  test('serves several models, by flags and environment', async () => {
    const env = { YUJU_API_KEYS: 'one,two' }
    const { url, models } = await serve(['--model', `a=${TINY}`, '--model', DENSE], env)
    expect(models).toEqual(['a', 'tiny-dense-normalize'])
    expect((await embed(url)).status).toBe(401)
    const answer = await embed(url, { authorization: 'Bearer two' })
    expect(await answer.json()).toEqual([expect.any(Array)])
  })

  test('searches the stores it is given', async () => {
    const folder = temporaryFolder()
    const [input, store] = [join(folder, 'texts.jsonl'), join(folder, 'faq')]
    writeFileSync(input, '{"text":"花呗怎么还款"}\n{"text":"今天天气真不错"}\n')
    const made = await yuju('index', '--model', TINY, '--input', input, '--store', store)
    expect(made.stderr).not.toContain('error')
    const { url, indexes } = await serve(['--model', TINY, '--index', store])
    expect(indexes).toEqual(['faq'])
    const answer = await fetch(`${url}/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"花呗怎么还款","top":1}',
    })
    const hit = { text: '花呗怎么还款', score: expect.closeTo(1, 4) }
    expect(await answer.json()).toMatchObject({ index: 'faq', results: [[hit]] })
  })

  test('logs requests, and no texts of them', async () => {
    const { url, log, child, ended } = await serve(['--model', TINY, '--drain-delay', '0'])
    await (await embed(url, { 'x-request-id': 'r-1' })).json()
    child.kill('SIGTERM')
    await ended
    const line = log.find((candidate) => candidate.includes('r-1')) ?? ''
    expect(JSON.parse(line)).toMatchObject({ method: 'POST', path: '/embed', status: 200 })
    expect(log.join()).not.toContain('机密')
  })

  test('logs texts where asked to', async () => {
    const flags = ['--model', TINY, '--drain-delay', '0', '--log-texts', 'true']
    const { url, log, child, ended } = await serve(flags)
    await (await embed(url)).json()
    child.kill('SIGTERM')
    await ended
    expect(log.join()).toContain('机密')
  })
})

describe('signals', () => {
  test('the first one turns readiness off while requests are still answered; the second ends', async () => {
    const { url, child, ended } = await serve(['--model', TINY, '--drain-delay', '3600'])
    expect(await statusOf(`${url}/health`)).toBe(200)
    child.kill('SIGTERM')
    while ((await statusOf(`${url}/health`)) !== 503);
    expect((await embed(url)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toEqual([null, 'SIGTERM'])
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('%s alone drains and ends well', async (signal) => {
    const { url, child, ended } = await serve(['--model', TINY, '--drain-delay', '0'])
    await (await embed(url)).json()
    child.kill(signal)
    expect(await ended).toEqual([0, null])
  })
})

describe('what is wrong is said', () => {
  test.each([
    [['--model', TINY, '--port', 'x'], 2, '--port cannot be "x"'],
    [['--model', TINY, '--workers', '0'], 2, '--workers cannot be "0"'],
    [['--model', `a=${TINY}`, '--model', `a=${DENSE}`], 1, 'two models have one name'],
    [['--model', '/nowhere/x'], 1, 'there is no model folder /nowhere/x'],
    [['--model', ''], 2, 'no model was named'],
  ])('%o', async (flags, code, message) => {
    const result = await yuju('serve', ...flags)
    expect(result.stderr).toContain(message)
    expect(result.code).toBe(code)
  })

  test('a variable is called by its name', async () => {
    const child = start(['serve', '--model', TINY], { YUJU_QUEUE_SIZE: 'many' })
    const { code, stderr } = await finished(child)
    expect([code, stderr]).toEqual([2, expect.stringContaining('YUJU_QUEUE_SIZE cannot be "many"')])
  })
})
