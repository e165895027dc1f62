import { expect, test } from 'vitest'
import { UsageError } from '../command-line.ts'
import { readSettings, SETTINGS } from './serve-settings.ts'
import { servedIndexes, servedModels } from './served-models.ts'

test('a flag goes before the environment, and that before the default', () => {
  expect(readSettings({}, {}).port).toBe(8080)
  expect(readSettings({}, { YUJU_PORT: '1' }).port).toBe(1)
  expect(readSettings({ port: '2' }, { YUJU_PORT: '1' }).port).toBe(2)
})

test('values are what they are written as', () => {
  const settings = readSettings(
    { 'batch-wait': '0.5', truncate: 'false', 'api-keys': 'a, b', host: '0.0.0.0' },
    { YUJU_LOG_LEVEL: 'warn', YUJU_THREADS: '' },
  )
  expect(settings).toMatchObject({
    batchWait: 0.5,
    truncate: false,
    apiKeys: ['a', 'b'],
    host: '0.0.0.0',
    logLevel: 'warn',
  })
  expect(settings.threads).toBeUndefined()
})

test.each([
  [{ port: 'x' }, {}, '--port cannot be "x"'],
  [{}, { YUJU_PORT: '99999' }, 'YUJU_PORT cannot be "99999"'],
  [{}, { YUJU_TRUNCATE: 'yes' }, 'YUJU_TRUNCATE cannot be "yes": must be true or false'],
  [{}, { YUJU_LOG_LEVEL: 'loud' }, 'YUJU_LOG_LEVEL cannot be "loud"'],
  [{}, { YUJU_API_KEYS: 'a,,b' }, 'YUJU_API_KEYS cannot be "a,,b"'],
])('what does not fit is named: %o %o', (flags, env, message) => {
  expect(() => readSettings(flags, env)).toThrow(UsageError)
  expect(() => readSettings(flags, env)).toThrow(message)
})

test('every setting has a description and names of its own', () => {
  for (const { description } of SETTINGS) expect(description).not.toBe('')
  expect(new Set(SETTINGS.map(({ variable }) => variable)).size).toBe(SETTINGS.length)
})

test('models have the names they are given, or those of their folders', () => {
  expect(servedModels(['a=/models/x', '/models/y', 'owner/z', '/odd=name/w'], 'a', 'b')).toEqual([
    { name: 'a', model: '/models/x' },
    { name: 'y', model: '/models/y' },
    { name: 'owner/z', model: 'owner/z' },
    { name: 'w', model: '/odd=name/w' },
  ])
  expect(servedModels([], ' a=/x, /y ', '/z')).toEqual([
    { name: 'a', model: '/x' },
    { name: 'y', model: '/y' },
  ])
  expect(servedModels([], undefined, '/a,b/z')).toEqual([{ name: 'z', model: '/a,b/z' }])
  expect(() => servedModels([''], undefined, '/z')).toThrow(UsageError)
})

test('indexes have names in the same way, and there need not be any', () => {
  expect(servedIndexes(['a=/s/x', 'milvus://host:19530/y'], 'z')).toEqual([
    { name: 'a', store: '/s/x' },
    { name: 'y', store: 'milvus://host:19530/y' },
  ])
  expect(servedIndexes([], '/s/x').map(({ name }) => name)).toEqual(['x'])
  expect(servedIndexes([], undefined)).toEqual([])
})
