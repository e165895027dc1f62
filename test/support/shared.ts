import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const FIXTURES = join(import.meta.dirname, '../fixtures')

const SHARED = join(import.meta.dirname, '../../../shared')

/**
 * A path beside the project, where its developers keep data and models that are not part of it; a
 * clone does not have them, and the tests that need one are skipped with a line that says so.
 */
export function sharedPath(path: string): string | undefined {
  const found = join(SHARED, path)
  if (existsSync(found)) return found
  console.warn(`skipped: ../shared/${path} is not here`)
  return undefined
}

export function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content
}
