import { homedir } from 'node:os'
import { join } from 'node:path'
import { HubError, InputError } from '../../errors/index.ts'
import type { DownloadProgress } from '../model-folder.ts'

export interface HubOptions {
  /** Branch, tag or commit. Default `main`. */
  readonly revision?: string
  /** The cache folder, shared with Hugging Face's own tools. Default: as they choose it. */
  readonly cacheDir?: string
  /** Use only what the cache holds. Default: HF_HUB_OFFLINE. */
  readonly offline?: boolean
  /** The hub, or a mirror of it. Default: HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string
  /** Sent to the endpoint's own host and to no other. Default: HF_TOKEN. */
  readonly token?: string
  /** How long a download may bring nothing before it is tried again, in milliseconds. Default 30,000. */
  readonly stallTimeout?: number
  readonly signal?: AbortSignal
  readonly onDownload?: (progress: DownloadProgress) => void
  /** Called when the cache is used because the hub cannot be reached. */
  readonly onWarning?: (message: string) => void
}

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/** What is kept on the hub. */
export type HubKind = 'model' | 'dataset'

/** Where a model or data set comes from and goes to, with nothing left open. */
export interface HubSettings {
  readonly kind: HubKind
  /** `owner/name`, or an old model's bare name. */
  readonly id: string
  readonly revision: string
  readonly cacheDir: string
  readonly offline: boolean
  /** Without a slash at the end. */
  readonly endpoint: string
  readonly token: string | undefined
  readonly stallTimeout: number
  readonly signal: AbortSignal | undefined
}

/** Whether a name has the form of a model on the hub: `owner/name`. */
export function isHubId(name: string): boolean {
  return /^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$/.test(name) && !/\.\.|--|\.git$/.test(name)
}

/**
 * Options over environment over defaults. Reference: constants.py of huggingface_hub.
 * @throws InputError for a name or revision that could leave the cache folder; HubError for an
 *   endpoint that is no URL.
 */
export function hubSettings(
  { kind, id }: Pick<HubSettings, 'kind' | 'id'>,
  options: HubOptions,
  environment: EnvironmentVariables,
): HubSettings {
  if (!isHubId(id)) {
    throw new InputError('hub-id', `${id} is no ${kind} of the hub; expected owner/name`, {
      facts: { id },
    })
  }
  const revision = options.revision ?? 'main'
  if (!/^[\w][\w./-]*$/.test(revision) || revision.split('/').includes('..')) {
    throw new InputError('hub-revision', `${revision} is no branch, tag or commit`, {
      facts: { revision },
    })
  }
  return {
    kind,
    id,
    revision,
    cacheDir: options.cacheDir ?? defaultCache(environment),
    offline: options.offline ?? /^(1|on|yes|true)$/i.test(environment.HF_HUB_OFFLINE ?? ''),
    endpoint: checkedEndpoint(options.endpoint ?? environment.HF_ENDPOINT),
    token: options.token ?? environment.HF_TOKEN,
    stallTimeout: options.stallTimeout ?? 30_000,
    signal: options.signal,
  }
}

function defaultCache(environment: EnvironmentVariables): string {
  const cache = environment.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const home = environment.HF_HOME ?? join(cache, 'huggingface')
  return environment.HF_HUB_CACHE ?? environment.HUGGINGFACE_HUB_CACHE ?? join(home, 'hub')
}

function checkedEndpoint(endpoint = 'https://huggingface.co'): string {
  if (URL.canParse(endpoint) && /^https?:/.test(endpoint)) return endpoint.replace(/\/+$/, '')
  throw new HubError('hub-endpoint', `the hub's endpoint ${endpoint} is not an http(s) URL`, {
    facts: { endpoint },
  })
}
