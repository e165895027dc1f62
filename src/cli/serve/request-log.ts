import pino from 'pino'
import { YujuError } from '../../errors/index.ts'
import type { RequestEvent, ServerEvent } from '../../server/index.ts'
import type { LogSettings } from './serve-settings.ts'

/** Writes a server's events as lines of JSON, without texts unless `logTexts` says so. */
export function requestLog(
  { logLevel, logTexts }: LogSettings,
  stream: NodeJS.WritableStream,
): (event: ServerEvent) => void {
  const log = pino({ level: logLevel, base: null }, stream)
  return (event) => {
    switch (event.kind) {
      case 'request':
        return log[levelOf(event)](requestFields(event, logTexts), 'request')
      case 'trouble':
        return log.error({ model: event.model, err: event.error }, 'worker ended')
      case 'warning':
        return log.warn({ model: event.model }, event.message)
      default:
        return event satisfies never
    }
  }
}

function levelOf({ status }: RequestEvent): 'error' | 'warn' | 'info' {
  if (status >= 500 && status !== 503) return 'error'
  return status >= 400 ? 'warn' : 'info'
}

function requestFields(event: RequestEvent, logTexts: boolean) {
  const { id, method, path, status, seconds, error, body } = event
  return {
    id,
    method,
    path,
    status,
    ms: Math.round(seconds * 1e6) / 1e3,
    ...(error instanceof YujuError ? { code: error.code } : {}),
    // Where the mistake is ours, only the log says which.
    ...(error !== undefined && levelOf(event) === 'error' ? { err: error } : {}),
    ...(logTexts ? { body } : {}),
  }
}
