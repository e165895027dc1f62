import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A writable folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Json = Record<string, unknown>

/** A copy of a model folder, some of its JSON files changed. */
export function changedModel(
  folder: string,
  changes: Readonly<Record<string, (content: Json) => Json>>,
): string {
  const copy = join(temporaryFolder(), 'model')
  cpSync(folder, copy, { recursive: true })
  for (const [file, change] of Object.entries(changes)) {
    const path = join(copy, file)
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))))
  }
  return copy
}
