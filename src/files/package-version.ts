import { readFileSync } from 'node:fs'

/** The version of yuju that is running. */
export function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  const manifest: { readonly version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return manifest.version
}
