import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Fault,
  type HubContent,
  type LoopbackHub,
  listen,
  sendBytes,
  startHub,
} from '../../../test/support/loopback-hub.ts'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import type { DownloadProgress } from '../model-folder.ts'
import { downloadModel } from './download-model.ts'
import type { HubOptions } from './hub-options.ts'

const ID = 'owner/tiny'
const WEIGHTS = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251))
const MODULES = [{ path: '' }, { path: '1_Pooling' }, { path: '2_Dense' }]
const FILES: Readonly<Record<string, Buffer>> = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'modules.json': Buffer.from(JSON.stringify(MODULES)),
  'vocab.txt': Buffer.from('[PAD]\n[UNK]\n'),
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': Buffer.from('pickle'),
  'activation_ranges.safetensors': Buffer.from('ranges'),
  'README.md': Buffer.from('# tiny'),
  'onnx/model.onnx': Buffer.from('onnx'),
  '1_Pooling/config.json': Buffer.from('{}'),
  '2_Dense/config.json': Buffer.from('{"in":1}'),
  '2_Dense/model.safetensors': Buffer.from('dense'),
}
const CONTENT: HubContent = { id: ID, files: FILES, large: ['model.safetensors'] }
const NEEDED = [
  '1_Pooling/config.json',
  '2_Dense/config.json',
  '2_Dense/model.safetensors',
  'activation_ranges.safetensors',
  'config.json',
  'model.safetensors',
  'modules.json',
  'vocab.txt',
]

/** Options whose cache is gone when the test ends. */
function optionsFor({ endpoint }: LoopbackHub, more: HubOptions = {}): HubOptions {
  return { endpoint, cacheDir: temporaryFolder(), stallTimeout: 300, ...more }
}

const download = (options: HubOptions) => downloadModel(ID, options, {})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !lstatSync(join(folder, path)).isDirectory(),
  )
}

const fetched = ({ seen }: LoopbackHub) =>
  seen.map(({ path }) => path.split('/resolve/')[1]?.slice(41)).filter((path) => path !== undefined)

/** Not the weights of its module, whose file is called the same. */
const weightsOf = ({ commit }: LoopbackHub) => `${commit}/model.safetensors`

/** Sends the headers and a part of the weights, then cuts the connection. */
const cutAfter =
  (bytes: number): Fault =>
  (_, response) => {
    response.writeHead(200, { 'content-length': WEIGHTS.length })
    response.write(WEIGHTS.subarray(0, bytes), () => response.destroy())
  }
/** Answers a range request with the rest up to `end`, then cuts. */
const cutRange =
  (end: number): Fault =>
  (request, response) => {
    const start = Number(request.headers.range?.match(/\d+/)?.[0] ?? 0)
    response.writeHead(206, {
      'content-length': WEIGHTS.length - start,
      'content-range': `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}`,
    })
    response.write(WEIGHTS.subarray(start, end), () => response.destroy())
  }
const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  (_, response) =>
    response.writeHead(code, headers).end()

describe('a model is brought into the cache', () => {
  test('the files needed and no others, as Hugging Face lays them out', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    const folder = await download(options)
    const repository = join(options.cacheDir ?? '', 'models--owner--tiny')
    expect(folder).toBe(join(repository, 'snapshots', hub.commit))
    expect(filesBelow(folder).sort()).toEqual(NEEDED)
    expect(fetched(hub).sort()).toEqual(NEEDED)
    expect(readFileSync(join(repository, 'refs/main'), 'utf8')).toBe(hub.commit)
    expect(readFileSync(join(folder, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
    expect(readlinkSync(join(folder, '1_Pooling/config.json'))).toMatch(
      /^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/,
    )
    expect(readlinkSync(join(folder, 'model.safetensors'))).toMatch(
      /^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/,
    )
    expect(filesBelow(join(repository, 'blobs')).every((name) => /^[0-9a-f]+$/.test(name))).toBe(
      true,
    )
  })

  test('pickled weights only where there are no others; shards by their index', async () => {
    const { 'model.safetensors': _, ...pickled } = FILES
    const one = await startHub({ id: ID, files: pickled })
    expect(filesBelow(await download(optionsFor(one)))).toContain('pytorch_model.bin')
    const shards = {
      'model.safetensors.index.json': Buffer.from('{}'),
      'model-00001-of-00002.safetensors': Buffer.from('a'),
      'model-00002-of-00002.safetensors': Buffer.from('b'),
    }
    const two = await startHub({ id: ID, files: { ...pickled, ...shards } })
    const files = filesBelow(await download(optionsFor(two)))
    expect(files).toEqual(expect.arrayContaining(Object.keys(shards)))
    expect(files).not.toContain('pytorch_model.bin')
  })

  test('a second time nothing is fetched but the listing', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    await download(options)
    const before = fetched(hub).length
    await download(options)
    expect(fetched(hub)).toHaveLength(before)
  })

  test('twice at the same time', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    const [first, second] = await Promise.all([download(options), download(options)])
    expect(first).toBe(second)
    expect(readFileSync(join(first, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
  })

  test('progress ends at the total', async () => {
    const hub = await startHub(CONTENT)
    const seen: DownloadProgress[] = []
    await download(optionsFor(hub, { onDownload: (progress) => seen.push(progress) }))
    const total = NEEDED.reduce((sum, name) => sum + (FILES[name]?.length ?? 0), 0)
    expect(seen.at(-1)).toMatchObject({ bytes: total, total })
  })

  test('from a mirror below a path', async () => {
    const hub = await startHub({ ...CONTENT, prefix: '/mirror/hf' })
    expect(filesBelow(await download(optionsFor(hub)))).toContain('config.json')
  })
})

describe('connections that fail', () => {
  test('a download goes on where it stopped', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/model.safetensors', cutAfter(100_000), cutRange(250_000))
    const folder = await download(optionsFor(hub))
    expect(readFileSync(join(folder, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
    const ranges = hub.seen.filter(({ path }) => path.endsWith(`${hub.commit}/model.safetensors`))
    expect(ranges.map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ])
  })

  test('a server that ignores the range sends everything again', async () => {
    const hub = await startHub(CONTENT)
    const ignore: Fault = (_, response) => sendBytes(response, WEIGHTS, undefined)
    hub.break('/model.safetensors', cutAfter(100_000), ignore)
    const folder = await download(optionsFor(hub))
    expect(readFileSync(join(folder, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
  })

  test('what arrived is kept for the next call, when no more comes', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/model.safetensors', cutAfter(100_000), ...Array(6).fill(cutRange(0)))
    const options = optionsFor(hub)
    await expect(download(options)).rejects.toMatchObject({ code: 'hub-download-incomplete' })
    const blobs = join(options.cacheDir ?? '', 'models--owner--tiny/blobs')
    expect(filesBelow(blobs).filter((name) => name.endsWith('.incomplete'))).toHaveLength(1)
    const next = await startHub(CONTENT)
    await download({ ...options, endpoint: next.endpoint })
    const weights = next.seen.find(({ path }) => path.endsWith('/model.safetensors'))
    expect(weights?.range).toMatch(/^bytes=[1-9]\d*-$/)
    expect(filesBelow(blobs).some((name) => name.endsWith('.incomplete'))).toBe(false)
  })

  test('a partial file longer than the whole is dropped', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    const blobs = join(options.cacheDir ?? '', 'models--owner--tiny/blobs')
    mkdirSync(blobs, { recursive: true })
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(WEIGHTS).digest('hex')
    writeFileSync(join(blobs, `${hash}.incomplete`), Buffer.alloc(WEIGHTS.length + 5))
    const folder = await download(options)
    expect(readFileSync(join(folder, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
  })

  test('wrong bytes are refused and leave nothing', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/model.safetensors', (_, response) =>
      sendBytes(response, Buffer.alloc(WEIGHTS.length), undefined),
    )
    const options = optionsFor(hub)
    await expect(download(options)).rejects.toMatchObject({
      code: 'hub-checksum',
      facts: { path: 'model.safetensors' },
    })
    const left = filesBelow(options.cacheDir ?? '')
    expect(left.filter((name) => name.includes('incomplete'))).toEqual([])
    expect(left.some((name) => name.endsWith(`${hub.commit}/model.safetensors`))).toBe(false)
  })

  test('a stream that stops is tried again', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/model.safetensors', (_, response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length })
      response.write(WEIGHTS.subarray(0, 50_000))
    })
    const folder = await download(optionsFor(hub))
    expect(readFileSync(join(folder, 'model.safetensors')).equals(WEIGHTS)).toBe(true)
  })

  test('busy and failing servers are tried again', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/api/', status(429, { 'retry-after': '0' }), status(500))
    hub.break('/vocab.txt', status(503))
    expect(filesBelow(await download(optionsFor(hub)))).toContain('vocab.txt')
  })

  test('a pause that is asked for is not too long', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/api/', status(429, { 'retry-after': '3600' }))
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-busy' })
  })

  test('an abort stops a download', async () => {
    const hub = await startHub(CONTENT)
    const controller = new AbortController()
    hub.break('/model.safetensors', (_, response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length })
      response.write(WEIGHTS.subarray(0, 1000), () => controller.abort(new Error('enough')))
    })
    const options = optionsFor(hub, { signal: controller.signal, stallTimeout: 60_000 })
    await expect(download(options)).rejects.toThrow('enough')
  })
})

describe('refusals say what to do', () => {
  test.each([
    [401, {}, 'hub-unauthorized', 'HF_TOKEN'],
    [403, {}, 'hub-forbidden', 'ask for access'],
    [404, { 'x-error-code': 'RepoNotFound' }, 'hub-model-missing', 'check the spelling'],
    [404, { 'x-error-code': 'RevisionNotFound' }, 'hub-revision-missing', 'no branch'],
  ])('%i %j', async (code, headers, expected, words) => {
    const hub = await startHub(CONTENT)
    hub.break('/api/', status(code, headers))
    const failure = download(optionsFor(hub))
    await expect(failure).rejects.toMatchObject({ name: 'HubError', code: expected })
    await expect(failure).rejects.toThrow(words)
  })

  test('a file that is listed but not there', async () => {
    const hub = await startHub(CONTENT)
    hub.break('/vocab.txt', status(404, { 'x-error-code': 'EntryNotFound' }))
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-file-missing' })
  })

  test('a revision that is not there', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub, { revision: 'v9' })
    await expect(download(options)).rejects.toMatchObject({ code: 'hub-revision-missing' })
  })

  test.each(['../x', '/etc/x', 'a\\..\\..\\x', 'C:/x', 'a//b'])(
    'a listed path that leaves the cache: %s',
    async (path) => {
      const evil = { type: 'file', path, size: 1, oid: '0'.repeat(40) }
      const hub = await startHub({ ...CONTENT, relist: (entries) => [...entries, evil] })
      await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-path' })
    },
  )

  test('a listed hash that is no hash', async () => {
    const evil = { type: 'file', path: 'x.json', size: 1, oid: '../../x' }
    const hub = await startHub({ ...CONTENT, relist: (entries) => [...entries, evil] })
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-response' })
  })
})

/** A server that is not the hub, and what it was asked with. */
async function startOther(host?: string) {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    sendBytes(response, WEIGHTS, request.headers.range)
  })
  onTestFinished(() => server.close() && undefined)
  return { address: await listen(server, host), seen }
}

/** An address of this machine that others can reach; none where there is no network. */
const [outer] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ family, internal }) => family === 'IPv4' && !internal)

describe('the token', () => {
  test.skipIf(!outer)('goes to the endpoint, and to no host it redirects to', async () => {
    const hub = await startHub(CONTENT)
    const other = await startOther(outer?.address)
    hub.break('/model.safetensors', status(302, { location: `${other.address}/blob` }))
    await download(optionsFor(hub, { token: 'secret' }))
    expect(new Set(hub.seen.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    )
    expect(other.seen).toEqual([undefined])
  })
})

describe('a hub that cannot be trusted', () => {
  test.each([
    ['data:', () => 'data:application/octet-stream;base64,AAAA'],
    ['a file', () => 'file:///etc/hostname'],
    ['another port of this machine', (port: string) => `http://127.0.0.1:${port}/blob`],
    ['another address of this machine', (port: string) => `http://127.1.2.3:${port}/blob`],
    ['its name', (port: string) => `http://localhost:${port}/blob`],
    ['its address by IPv6', (port: string) => `http://[::1]:${port}/blob`],
    ['its address by IPv6, mapped', (port: string) => `http://[::ffff:127.0.0.1]:${port}/blob`],
    ['every address', (port: string) => `http://0.0.0.0:${port}/blob`],
    ['a number', (port: string) => `http://2130706433:${port}/blob`],
    ['what clouds tell their machines', () => 'http://169.254.169.254/latest/meta-data'],
  ])('redirects to %s', async (_, location) => {
    const [hub, other] = [await startHub(CONTENT), await startOther()]
    hub.break(
      '/model.safetensors',
      status(302, { location: location(new URL(other.address).port) }),
    )
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-redirect' })
    expect(other.seen).toEqual([])
  })

  test('sends more than it said, without an end', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    let sent = 0
    hub.break(weightsOf(hub), (_, response) => {
      response.writeHead(200)
      const send = () => {
        while (!response.destroyed && response.write(WEIGHTS)) sent += WEIGHTS.length
      }
      response.on('drain', send)
      send()
    })
    await expect(download(options)).rejects.toMatchObject({
      code: 'hub-file-too-long',
      facts: { path: 'model.safetensors', size: WEIGHTS.length },
    })
    const kept = filesBelow(options.cacheDir ?? '').filter((name) => name.includes('incomplete'))
    expect(sizesOf(options, kept).every((size) => size <= WEIGHTS.length)).toBe(true)
    expect(sent).toBeLessThan(50 * WEIGHTS.length)
  })

  test('lets a file drip in', async () => {
    const hub = await startHub(CONTENT)
    hub.break(weightsOf(hub), (_, response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length })
      const timer = setInterval(() => response.write(WEIGHTS.subarray(0, 100)), 50)
      response.on('close', () => clearInterval(timer))
    })
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-too-slow' })
  })

  test('cuts the connection after every few bytes', async () => {
    const hub = await startHub(CONTENT)
    const cuts = Array.from({ length: 99 }, (_, i) => cutRange(1000 * (i + 2)))
    hub.break(weightsOf(hub), cutAfter(1000), ...cuts)
    await expect(download(optionsFor(hub))).rejects.toMatchObject({
      code: 'hub-download-incomplete',
    })
  })

  const json = { 'content-type': 'application/json' }
  test.each<readonly [string, string, Fault]>([
    [
      'a response without an end',
      'has more than 4194304 bytes',
      (_, response) => {
        response.writeHead(200, json)
        const send = () => {
          while (!response.destroyed && response.write(' '.repeat(65_536))) {}
        }
        response.on('drain', send)
        send()
      },
    ],
    [
      'a response that is large once it is unpacked',
      'has more than 4194304 bytes',
      (_, response) => {
        const packed = gzipSync(Buffer.alloc(30 << 20, ' '))
        response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(packed)
      },
    ],
    [
      'a response of brackets',
      'nested more than 64 deep',
      (_, response) => response.writeHead(200, json).end('['.repeat(1_000_000)),
    ],
    ['no JSON', 'cannot be read', (_, response) => response.writeHead(200, json).end('<html>')],
  ])('gives %s', async (_, what, fault) => {
    for (const path of ['/revision/', '/tree/']) {
      const hub = await startHub(CONTENT)
      hub.break(path, fault)
      await expect(download(optionsFor(hub, { stallTimeout: 30_000 }))).rejects.toMatchObject({
        code: 'hub-response',
        message: expect.stringContaining(what),
      })
    }
  })

  test('lets a response drip in', { timeout: 60_000 }, async () => {
    const hub = await startHub(CONTENT)
    const drip: Fault = (_, response) => {
      response.writeHead(200, json)
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    }
    hub.break('/revision/', ...Array<Fault>(5).fill(drip))
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-unreachable' })
  })

  test('lists its files on and on', async () => {
    const hub = await startHub(CONTENT)
    const next: Fault = (request, response) => {
      const link = `<${hub.endpoint}${request.url}>; rel="next"`
      response.writeHead(200, { ...json, link }).end('[]')
    }
    hub.break('/tree/', ...Array<Fault>(1000).fill(next))
    await expect(download(optionsFor(hub))).rejects.toThrow(
      'lists the files of owner/tiny on and on',
    )
  })

  test('has the list go on elsewhere', async () => {
    const [hub, other] = [await startHub(CONTENT), await startOther()]
    hub.break('/tree/', (_, response) =>
      response.writeHead(200, { ...json, link: `<${other.address}>; rel="next"` }).end('[]'),
    )
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-redirect' })
    expect(other.seen).toEqual([])
  })

  test.each([-1, 1.5, 2 ** 60, '5', null])('lists a file of %j bytes', async (size) => {
    const evil = { type: 'file', path: 'x.json', size, oid: '0'.repeat(40) }
    const hub = await startHub({ ...CONTENT, relist: (entries) => [...entries, evil] })
    await expect(download(optionsFor(hub))).rejects.toMatchObject({ code: 'hub-response' })
  })

  test.each(['config.json', 'modules.json', '1_Pooling/config.json'])(
    'says that %s has 4 GB',
    async (path) => {
      const relist = (entries: object[]) =>
        entries.map((entry) =>
          'path' in entry && entry.path === path ? { ...entry, size: 2 ** 32 } : entry,
        )
      const hub = await startHub({ ...CONTENT, relist })
      await expect(download(optionsFor(hub))).rejects.toMatchObject({
        code: 'hub-file-too-large',
        facts: { path },
      })
      expect(fetched(hub)).not.toContain(path)
    },
  )

  test.each([
    ['brackets', '['.repeat(1_000_000)],
    ['200,000 modules', JSON.stringify(Array(200_000).fill({ path: 'x' }))],
    ['no JSON', '<html>'],
  ])(
    'has a modules.json of %s, which is for the reader of models to refuse',
    async (_, modules) => {
      const hub = await startHub({
        id: ID,
        files: { ...FILES, 'modules.json': Buffer.from(modules) },
      })
      expect(filesBelow(await download(optionsFor(hub)))).toContain('config.json')
    },
  )
})

function sizesOf({ cacheDir = '' }: HubOptions, names: readonly string[]): number[] {
  return names.map((name) => lstatSync(join(cacheDir, name)).size)
}

describe('without the network', () => {
  test('offline, what the cache holds is used and nothing is requested', async () => {
    const hub = await startHub(CONTENT)
    const options = optionsFor(hub)
    const folder = await download(options)
    const requests = hub.seen.length
    expect(await download({ ...options, offline: true })).toBe(folder)
    expect(await downloadModel(ID, options, { HF_HUB_OFFLINE: '1' })).toBe(folder)
    expect(hub.seen).toHaveLength(requests)
  })

  test('offline, a model that is not in the cache is an error', async () => {
    const options = { cacheDir: temporaryFolder(), offline: true }
    await expect(download(options)).rejects.toMatchObject({ code: 'hub-offline' })
  })

  test('a hub that cannot be reached: the cache with a warning, else an error', async () => {
    const hub = await startHub(CONTENT)
    const warnings: string[] = []
    const options = optionsFor(hub, { onWarning: (message) => warnings.push(message) })
    const folder = await download(options)
    await hub.close()
    expect(await download(options)).toBe(folder)
    expect(warnings).toEqual([expect.stringContaining('cannot be reached')])
    const empty = { ...options, cacheDir: temporaryFolder() }
    await expect(download(empty)).rejects.toMatchObject({ code: 'hub-unreachable' })
  })
})
