import { afterEach, describe, expect, test } from 'vitest'
import {
  createServer,
  type Listener,
  listen,
  type RequestEvent,
  type ServerOptions,
} from 'yuju/server'
import { openSocket, receivedOn } from './support/raw-request.ts'
import { TINY } from './support/server-client.ts'

let listener: Listener | undefined
let events: RequestEvent[] = []

afterEach(async () => {
  await listener?.stop()
  listener = undefined
})

async function start(options: Partial<ServerOptions> = {}, host = '127.0.0.1'): Promise<void> {
  events = []
  const server = await createServer({
    models: [{ name: 'tiny', model: TINY }],
    onEvent: (event) => event.kind === 'request' && events.push(event),
    ...options,
  })
  listener = await listen(server, { host, port: 0, drainDelay: 0 })
}

/** The status of a request whose head is written by hand; PORT in it is the server's. */
async function statusOf(headers: readonly string[], line = 'GET /info'): Promise<number> {
  const port = listener?.port ?? 0
  const socket = await openSocket(port)
  const head = [`${line} HTTP/1.1`, ...headers, 'connection: close', '', ''].join('\r\n')
  socket.write(head.replaceAll('PORT', String(port)))
  const [, status] = (await receivedOn(socket)).match(/^HTTP\/1\.1 (\d+) /) ?? []
  return Number(status)
}

describe('on loopback without keys', () => {
  test('names of loopback are answered, and no others, which pages may have given themselves', async () => {
    await start()
    for (const host of [
      '127.0.0.1:PORT',
      'localhost:PORT',
      'LocalHost',
      'app.localhost:1',
      '127.1.2.3',
      '[::1]:PORT',
      'localhost.',
    ]) {
      expect(await statusOf([`host: ${host}`]), host).toBe(200)
    }
    for (const host of [
      'evil.example:PORT',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1:PORT',
      'notlocalhost',
    ]) {
      for (const line of ['GET /info', 'GET /', 'GET /metrics', 'GET /health', 'POST /embed']) {
        expect(await statusOf([`host: ${host}`], line), `${line} ${host}`).toBe(403)
      }
    }
    expect(events.at(-1)?.error).toMatchObject({ code: 'host-refused' })
  })

  test('other names are answered where they are allowed', async () => {
    await start({ allowedHosts: ['Models.example'] })
    expect(await statusOf(['host: models.example:PORT'])).toBe(200)
    expect(await statusOf(['host: other.example'])).toBe(403)
    expect(await statusOf(['host: localhost'])).toBe(200)
  })

  test('pages of other sites are refused, the own page is not', async () => {
    await start()
    const own = 'host: 127.0.0.1:PORT'
    for (const origin of ['https://evil.example', 'http://localhost:1', 'null', 'x']) {
      expect(await statusOf([own, `origin: ${origin}`]), origin).toBe(403)
    }
    expect(events.at(-1)?.error).toMatchObject({ code: 'origin-refused' })
    expect(await statusOf([own, 'origin: http://127.0.0.1:PORT'])).toBe(200)
    expect(await statusOf(['host: localhost:PORT', 'origin: http://localhost:PORT'])).toBe(200)
  })

  test.each([[['https://a.example']], [['*']]])('pages of %o are let in', async (corsOrigins) => {
    await start({ corsOrigins })
    const own = 'host: 127.0.0.1:PORT'
    expect(await statusOf([own, 'origin: https://a.example'])).toBe(200)
    const other = await statusOf([own, 'origin: https://b.example'])
    expect(other).toBe(corsOrigins.includes('*') ? 200 : 403)
  })

  test('a preflight is a refusal, not a fault', async () => {
    await start()
    const asked = ['origin: https://a.example', 'access-control-request-method: POST']
    const preflight = 'OPTIONS /v1/embeddings'
    expect(await statusOf(['host: localhost', ...asked], preflight)).toBe(403)
    expect(await statusOf(['host: localhost'], preflight)).toBe(405)
    expect(events.map(({ status }) => status)).toEqual([403, 405])
  })
})

test('with keys, or where others reach it, a server is called as one likes', async () => {
  await start({ apiKeys: ['one'] })
  const foreign = ['host: any.example', 'origin: https://b.example']
  expect(await statusOf([...foreign, 'authorization: Bearer one'])).toBe(200)
  await listener?.stop()
  await start({}, '0.0.0.0')
  expect(await statusOf(foreign)).toBe(200)
  await listener?.stop()
  await start({ allowedHosts: ['models.example'] }, '0.0.0.0')
  expect(await statusOf(foreign)).toBe(403)
  expect(await statusOf(['host: models.example'])).toBe(200)
})

test.each([
  [['host: localhost', 'host: localhost']],
  [['host: localhost', 'host: evil.example']],
  [['Host: localhost', 'HOST: localhost']],
])('two Host headers are a bad request: %o', async (headers) => {
  await start({ apiKeys: ['one'] })
  expect(await statusOf([...headers, 'authorization: Bearer one'])).toBe(400)
})
