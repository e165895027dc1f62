import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hubSettings, isHubId } from './hub-options.ts'

const MODEL = { kind: 'model', id: 'a/b' } as const

test.each(['owner/name', 'DMetaSoul/sbert-chinese-general-v2-distill', 'BAAI/bge-small-zh-v1.5'])(
  '%s is a name on the hub',
  (id) => expect(isHubId(id)).toBe(true),
)

test.each(['', 'name', '../x', './a/b', 'a/b/c', '/a/b', 'a/..', 'a b/c', 'a--b/c'])(
  '%j is none',
  (id) => {
    expect(isHubId(id)).toBe(false)
    expect(() => hubSettings({ kind: 'model', id }, {}, {})).toThrow('expected owner/name')
  },
)

describe('settings', () => {
  const cacheOf = (environment: Record<string, string>) =>
    hubSettings(MODEL, {}, environment).cacheDir

  test('the cache folder is where Hugging Face looks', () => {
    expect(cacheOf({})).toBe(join(homedir(), '.cache/huggingface/hub'))
    expect(cacheOf({ XDG_CACHE_HOME: '/x' })).toBe('/x/huggingface/hub')
    expect(cacheOf({ XDG_CACHE_HOME: '/x', HF_HOME: '/h' })).toBe('/h/hub')
    expect(cacheOf({ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' })).toBe('/old')
    expect(cacheOf({ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' })).toBe('/new')
    expect(hubSettings(MODEL, { cacheDir: '/own' }, { HF_HUB_CACHE: '/new' }).cacheDir).toBe('/own')
  })

  test('endpoint, token and offline come from options, then the environment', () => {
    const environment = { HF_ENDPOINT: 'https://mirror/', HF_TOKEN: 't', HF_HUB_OFFLINE: '1' }
    expect(hubSettings(MODEL, {}, environment)).toMatchObject({
      endpoint: 'https://mirror',
      token: 't',
      offline: true,
    })
    const options = { endpoint: 'http://own', token: 'o', offline: false }
    expect(hubSettings(MODEL, options, environment)).toMatchObject({
      endpoint: 'http://own',
      token: 'o',
      offline: false,
    })
    expect(hubSettings(MODEL, {}, { HF_HUB_OFFLINE: '0' }).offline).toBe(false)
  })

  test.each(['../x', '-x', 'a b', ''])('the revision %j is refused', (revision) => {
    expect(() => hubSettings(MODEL, { revision }, {})).toThrow('no branch, tag or commit')
  })

  test.each(['mirror', 'ftp://mirror', ''])('the endpoint %j is refused', (endpoint) => {
    expect(() => hubSettings(MODEL, { endpoint }, {})).toThrow('not an http(s) URL')
  })
})
